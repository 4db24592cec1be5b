import BureauSandbox
import Testing

@testable import BureauEngine

@Suite("A client's folder in Drive that was thrown away")
struct DriveFolderDoubtTests {
    @Test(
        "Every run of the client asks, and none makes a second one before somebody has decided",
        arguments: [true, false])
    func asked(isPutBack: Bool) async throws {
        try await DriveDesk.open { here in
            let first = try await here.run()
            #expect(try await here.deliver(first).state == .done)
            let old = try here.id(try await here.folder(first))
            try await here.trash(old)
            let (one, other) = (try await here.run(), try await here.run())
            for run in [one, other] {
                #expect(try await here.deliver(run).state == .doneWithProblems)
                #expect(try await here.folder(run).state == .doubtful)
            }
            _ = try await here.desk.deliver(one.id, channel: .googleDrive)
            #expect(try await here.deliver(one).state == .doneWithProblems)
            #expect(try await here.folder(one).state == .doubtful, "it is asked again")
            #expect(await here.items("Audits").isEmpty)

            if isPutBack { try await here.trash(old, false) }
            for run in [one, other] {
                if !isPutBack { _ = try await here.desk.resolve(run.id, step: nil, .again, by: "ana") }
                if isPutBack { _ = try await here.desk.deliver(run.id, channel: nil) }
                #expect(try await here.deliver(run).state == .done)
                #expect(try await here.folder(run).state == .done)
                #expect(try await here.steps(run, "upload").allSatisfy { $0.state == .done }, "one word is enough")
            }
            let folders = Set([try here.id(try await here.folder(one)), try here.id(try await here.folder(other))])
            #expect(folders.count == 1 && folders.contains(old) == isPutBack)
            #expect(await here.items("Audits").count == 1)
        }
    }

    @Test("A run's folder that is made again gets every file once; one that was taken away by itself is asked about")
    func madeAgain() async throws {
        try await DriveDesk.open { here in
            let run = try await here.run()
            #expect(try await here.deliver(run).state == .done)
            let old = try here.id(try await here.folder(run)), files = try await here.steps(run, "upload")
            let alone = try #require(files.first)
            try await here.trash(try here.id(alone))
            try await here.trash(old)
            _ = try await here.desk.deliver(run.id, channel: nil)
            #expect(try await here.deliver(run).state == .doneWithProblems)
            #expect(try await here.steps(run, "upload").allSatisfy { $0.mustRecheck }, "nobody has looked at them")

            _ = try await here.desk.resolve(run.id, step: nil, .again, by: "ana")
            #expect(try await here.deliver(run).state == .doneWithProblems)
            let doubtful = try await here.steps(run, "upload").filter { $0.state == .doubtful }
            #expect(doubtful.map(\.id) == [alone.id])
            _ = try await here.desk.resolve(run.id, step: nil, .again, by: "ana")
            #expect(try await here.deliver(run).state == .done)

            let new = try here.id(try await here.folder(run))
            #expect(new != old)
            let inside = (await here.state()).filter { $0["parents"]?.array?.first?.string == new }
            let linked = try await here.steps(run, "upload").map { try here.id($0) }
            #expect(inside.count == 2 && Set(inside.compactMap { $0["id"]?.string }) == Set(linked))
        }
    }

    @Test("A folder that is decided on while the run still delivers elsewhere gets its files before the run rests")
    func decidedMeanwhile() async throws {
        try await DriveDesk.open { here in
            let first = try await here.run()
            #expect(try await here.deliver(first).state == .done)
            try await here.trash(try here.id(try await here.folder(first)))

            let run = try await here.run()
            var connections = here.here.connections
            connections.drive = here.drive
            connections.slack = here.here.slack { request in
                guard request.operation == "chat.postMessage" else { return nil }
                _ = try? await here.desk.resolve(run.id, step: nil, .again, by: "ana")
                return nil
            }
            let stage = DeliverStage(parts: try here.bench.parts(connections))
            let hand = try #require(try await here.bench.claim("w", run.id))
            #expect(try await stage.run(hand) != .moved)
            #expect(try await stage.run(hand) == .moved)
            #expect(try await here.bench.find(run.id).state == .done)
            #expect(try await here.folder(run).state == .done)
            #expect(try await here.steps(run, "upload").allSatisfy { $0.state == .done })
        }
    }

    @Test("A file that a person has named by its address stands when its run's folder is made again")
    func named() async throws {
        try await DriveDesk.open { here in
            let run = try await here.run()
            #expect(try await here.deliver(run).state == .done)
            let old = try here.id(try await here.folder(run))
            let named = try #require(try await here.steps(run, "upload").first)
            try await here.trash(try here.id(named))
            _ = try await here.desk.deliver(run.id, channel: nil)
            #expect(try await here.deliver(run).state == .doneWithProblems)
            let link = "https://drive.google.com/file/d/elsewhere/view"
            _ = try await here.desk.resolve(run.id, step: named.id, .happened(link: link), by: "ana")
            #expect(try await here.deliver(run).state == .done)

            try await here.trash(old)
            _ = try await here.desk.deliver(run.id, channel: nil)
            #expect(try await here.deliver(run).state == .doneWithProblems)
            _ = try await here.desk.resolve(run.id, step: try await here.folder(run).id, .again, by: "ana")
            #expect(try await here.deliver(run).state == .done)
            let stands = try #require(try await here.steps(run, "upload").first { $0.id == named.id })
            #expect(try here.id(stands) == link)
        }
    }

    private static let addresses: [(String, String?)] = [
        ("https://drive.google.com/drive/folders/1AbC-d_9", "1AbC-d_9"),
        ("https://drive.google.com/drive/u/0/folders/1AbC?usp=sharing", "1AbC"),
        ("https://drive.google.com/drive/folders/1AbC/", "1AbC"),
        ("https://drive.google.com/open?id=1AbC&authuser=0", "1AbC"),
        ("1AbC-d_9", "1AbC-d_9"),
        ("https://drive.google.com/open", nil), ("https://drive.google.com/drive/my-drive", nil),
        ("https://drive.google.com/drive/folders/", nil), ("the folder of Acme", nil), ("", nil),
    ]

    @Test("A folder is known by its address or its id, and nothing else is taken for one", arguments: addresses)
    func address(_ text: String, _ id: String?) { #expect(DriveFolderAddress.id(text) == id) }

    @Test("Folders of the same name on another path are no part of the decision")
    func otherClients() async throws {
        let bench = try await Bench()
        let rows = [
            ("root", "Clients", "c"), ("c", "Acme", "acme"), ("acme", "Audits", "ours"), ("c", "Borealis", "borealis"),
            ("borealis", "Audits", "theirs"),
        ]
        let known = try await bench.database.write { db in
            for (parent, name, id) in rows {
                try db.execute(
                    "INSERT INTO drive_folder (parent_id, name, folder_id, created) VALUES (?, ?, ?, 1)",
                    [parent, name, id])
            }
            return try DriveFolderRows(db: db).known(on: ["Clients", "Acme", "Audits"])
        }
        #expect(known == ["c", "acme", "ours"])
    }
}
