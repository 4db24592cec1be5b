import BureauStorage
package import Foundation

/// A disk that holds some of this installation's folders: one for each file system, however many of them it holds.
package struct UsedDisk: Sendable {
    /// What one of our folders is called in the settings.
    package typealias Place = (name: String, folder: URL)

    /// In the order they were asked for.
    package private(set) var names: [String]
    package let facts: DiskFacts

    /// Every folder this installation writes to: a disk is called by the first of these on it.
    package static func places(data: URL, databasePath: String?, _ settings: EngineSettings) -> [Place] {
        var places: [Place] = [("DATA_DIR", data)]
        if let databasePath {
            places.append(("DATABASE_PATH", URL(fileURLWithPath: databasePath).deletingLastPathComponent()))
        }
        places.append(("SESSION_LOG_DIR", settings.sessionLogFolder))
        places.append(("DELIVERY_FOLDER", settings.deliveryFolder))
        places.append(("BUILD_DIR", settings.builds.folder))
        return places
    }

    package static func of(_ places: [Place]) -> [UsedDisk] {
        of(places) { folder in
            guard let device = device(folder), let facts = DiskFacts(at: folder) else { return nil }
            return (device: device, facts: facts)
        }
    }

    static func of(_ places: [Place], look: (URL) -> (device: UInt64, facts: DiskFacts)?) -> [UsedDisk] {
        var disks: [UsedDisk] = []
        var known: [UInt64: Int] = [:]
        for place in places {
            guard let (device, facts) = look(standing(place.folder)) else { continue }
            if let index = known[device] {
                disks[index].names.append(place.name)
            } else {
                known[device] = disks.count
                disks.append(UsedDisk(names: [place.name], facts: facts))
            }
        }
        return disks
    }

    /// A folder that is not there yet will be made on the disk of the one that is to hold it.
    private static func standing(_ folder: URL) -> URL {
        var place = folder
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" { place.deleteLastPathComponent() }
        return place
    }

    private static func device(_ folder: URL) -> UInt64? {
        let facts = try? FileManager.default.attributesOfItem(atPath: folder.path)
        return (facts?[.systemNumber] as? NSNumber)?.uint64Value
    }
}

extension EngineParts {
    /// Every disk this server writes to.
    func disks() -> [UsedDisk] {
        UsedDisk.of(
            UsedDisk.places(
                data: blobs.root.deletingLastPathComponent(), databasePath: (database as? SQLiteDatabase)?.path,
                settings))
    }
}
