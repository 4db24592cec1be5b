import BureauSandbox
import Foundation
import Testing

private let folderType: JSON = "application/vnd.google-apps.folder"

private func reason(_ reply: ServiceHost.Reply) -> String? { reply.json["error"]?["errors"]?[0]?["reason"]?.string }

private struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var method = "GET"
    let path: String
    var body: JSON? = .none
    let status: Int, reason: String
}

private let refusals: [Refused] = [
    Refused(
        testDescription: "A folder of a shared drive, by a caller that does not say so", path: "/files/1DEMOROOT",
        status: 404, reason: "notFound"),
    Refused(
        testDescription: "A file that is not there", path: "/files/1none?supportsAllDrives=true", status: 404,
        reason: "notFound"),
    Refused(
        testDescription: "A field that is not there", path: "/files/1DEMOROOT?supportsAllDrives=true&fields=id,nam",
        status: 400, reason: "invalidParameter"),
    Refused(
        testDescription: "A new folder without supportsAllDrives", method: "POST", path: "/files",
        body: ["name": "a", "mimeType": folderType, "parents": ["1DEMOROOT"]], status: 404, reason: "notFound"),
    Refused(
        testDescription: "A new file in nobody's drive", method: "POST", path: "/files?supportsAllDrives=true",
        body: ["name": "a"], status: 403, reason: "storageQuotaExceeded"),
    Refused(
        testDescription: "Two parents", method: "POST", path: "/files?supportsAllDrives=true",
        body: ["name": "a", "parents": ["1DEMOROOT", "0ADEMODRIVE"]], status: 400, reason: "invalid"),
    Refused(
        testDescription: "An output-only member", method: "POST", path: "/files?supportsAllDrives=true",
        body: ["name": "a", "parents": ["1DEMOROOT"], "size": "3"], status: 403, reason: "fieldNotWritable"),
    Refused(
        testDescription: "A misspelt member", method: "POST", path: "/files?supportsAllDrives=true",
        body: ["nmae": "a", "parents": ["1DEMOROOT"]], status: 400, reason: "badRequest"),
    Refused(
        testDescription: "An id of our own making", method: "POST", path: "/files?supportsAllDrives=true",
        body: ["id": "mine", "name": "a", "parents": ["1DEMOROOT"]], status: 400, reason: "invalid"),
    Refused(
        testDescription: "A property of 125 bytes", method: "POST", path: "/files?supportsAllDrives=true",
        body: [
            "name": "a", "parents": ["1DEMOROOT"],
            "appProperties": ["key": .string(String(repeating: "x", count: 122))],
        ],
        status: 400, reason: "invalid"),
    Refused(
        testDescription: "A search for an unknown term", path: "/files?q=colour%3D'red'", status: 400, reason: "invalid"
    ),
    Refused(
        testDescription: "A search with an open quote", path: "/files?q=name%3D'red", status: 400, reason: "invalid"),
    Refused(testDescription: "A page of nothing", path: "/files?pageSize=0", status: 400, reason: "invalidParameter"),
    Refused(
        testDescription: "Deleting for good", method: "DELETE", path: "/files/1DEMOROOT?supportsAllDrives=true",
        status: 403, reason: "insufficientFilePermissions"),
]

@Test("Drive is refused what Google refuses", arguments: refusals)
private func refused(_ call: Refused) async throws {
    try await DriveHost.run { host, token in
        let reply = try await host.drive(call.method, call.path, token, call.body)
        #expect(reply.status == call.status)
        #expect(reason(reply) == call.reason)
    }
}

@Test("The root says it is in a shared drive and may be added to; unasked fields stay away")
func readiness() async throws {
    try await DriveHost.run { host, token in
        let path = "/files/1DEMOROOT?supportsAllDrives=true"
        let asked = try await host.drive(
            "GET", path + "&fields=id,driveId,mimeType,trashed,capabilities(canAddChildren)", token)
        #expect(
            asked.json == [
                "id": "1DEMOROOT", "driveId": "0ADEMODRIVE", "mimeType": folderType, "trashed": false,
                "capabilities": ["canAddChildren": true],
            ])
        let usual = try await host.drive("GET", path, token)
        #expect(Set(usual.json.object?.keys.map { $0 } ?? []) == ["kind", "id", "name", "mimeType"])
    }
}

@Test("A folder made with a given id is made once, and is found by name, parent and property")
func folderOnce() async throws {
    try await DriveHost.run { host, token in
        let id = try await host.freshID(token)
        let folder: JSON = [
            "id": .string(id), "name": "O'Malley's \\ Roofing", "mimeType": folderType, "parents": ["1DEMOROOT"],
            "appProperties": ["bureau_path": "clients/omalley"],
        ]
        #expect(try await host.drive("POST", "/files?supportsAllDrives=true", token, folder).status == 200)
        let again = try await host.drive("POST", "/files?supportsAllDrives=true", token, folder)
        #expect(again.status == 409 && reason(again) == "fileIdInUse")
        let queries = [
            "name = 'O\\'Malley\\'s \\\\ Roofing' and ' 1DEMOROOT' in parents": 0,
            "name = 'O\\'Malley\\'s \\\\ Roofing' and mimeType = 'application/vnd.google-apps.folder' and '1DEMOROOT' in parents and trashed = false":
                1,
            "appProperties has { key='bureau_path' and value='clients/omalley' } and trashed = false": 1,
            "name contains 'Roof'": 1, "name contains 'oof'": 0, "not trashed = false": 0,
            "(name = 'x' or '1DEMOROOT' in parents) and trashed=false": 1,
        ]
        for (query, count) in queries {
            #expect(try await host.found(query, token).json["files"]?.array?.count == count, "\(query)")
        }
        // Without both flags a shared drive is silently left out.
        #expect(try await host.drive("GET", "/files?q=trashed%3Dfalse", token).json["files"]?.array?.isEmpty == true)
    }
}

@Test("What is in a trashed folder counts as trashed")
func trash() async throws {
    try await DriveHost.run { host, token in
        let made = try await host.drive(
            "POST", "/files?supportsAllDrives=true", token,
            ["name": "a", "mimeType": folderType, "parents": ["1DEMOROOT"]])
        let inner = try await host.drive(
            "POST", "/files?supportsAllDrives=true", token,
            ["name": "b", "mimeType": folderType, "parents": [made.json["id"] ?? .null]])
        let path = "/files/\(made.json["id"]?.string ?? "")?supportsAllDrives=true&fields=trashed"
        #expect(try await host.drive("PATCH", path, token, ["trashed": true]).json["trashed"]?.bool == true)
        let innerPath =
            "/files/\(inner.json["id"]?.string ?? "")?supportsAllDrives=true&fields=trashed,explicitlyTrashed"
        #expect(try await host.drive("GET", innerPath, token).json == ["trashed": true, "explicitlyTrashed": false])
    }
}

@Test("With an index that lags, a new folder is missing from lists but there when asked for by id")
func indexLag() async throws {
    try await DriveHost.run { host, token in
        _ = try await host.control("/drive", ["index_lag_ms": 600_000])
        let made = try await host.drive(
            "POST", "/files?supportsAllDrives=true", token,
            ["name": "new", "mimeType": folderType, "parents": ["1DEMOROOT"]])
        #expect(try await host.found("name = 'new'", token).json["files"]?.array?.isEmpty == true)
        let id = made.json["id"]?.string ?? ""
        #expect(try await host.drive("GET", "/files/\(id)?supportsAllDrives=true", token).status == 200)
        _ = try await host.control("/drive", ["index_lag_ms": 0])
        #expect(try await host.found("name = 'new'", token).json["files"]?.array?.count == 1)
    }
}

@Test("A long list comes in pages")
func pages() async throws {
    try await DriveHost.run { host, token in
        for number in 1...5 {
            _ = try await host.drive(
                "POST", "/files?supportsAllDrives=true", token,
                ["name": .string("f\(number)"), "mimeType": folderType, "parents": ["1DEMOROOT"]])
        }
        let base =
            "/files?supportsAllDrives=true&includeItemsFromAllDrives=true&pageSize=3&q=%271DEMOROOT%27+in+parents"
            + "&fields=nextPageToken,files(name)"
        let first = try await host.drive("GET", base, token).json
        let token2 = first["nextPageToken"]?.string ?? ""
        let second = try await host.drive("GET", base + "&pageToken=\(token2)", token).json
        let names = ((first["files"]?.array ?? []) + (second["files"]?.array ?? [])).compactMap { $0["name"]?.string }
        #expect(names == ["f1", "f2", "f3", "f4", "f5"])
        #expect(second["nextPageToken"] == nil)
    }
}
