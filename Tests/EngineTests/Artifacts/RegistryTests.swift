import BureauDomain
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

@Suite("The registry of what runs made")
struct RegistryTests {
    @Test("A run's files become one version with its capsule, hashes and origin; delivered, it counts at once")
    func registered() async throws {
        let house = try await ArtifactHouse()
        let run = try await house.run()
        try await house.collect(run.id, ["audit.json": ArtifactHouse.report, "audit.md": "# Audit", "log.bin": "x"])
        var artifact = try await house.newest(run.id)
        #expect((artifact.state, artifact.version, artifact.kind) == (.draft, 1, "sentinel"))
        #expect(artifact.sessionID == run.sessionID && artifact.configHash == run.configHash)
        let page = try await house.desk.page(artifact.id)
        #expect(
            page.files.map { "\($0.name) \($0.role.rawValue)" } == [
                "audit.json data", "audit.md report", "log.bin other",
            ])
        #expect(page.files.first?.sha256 == Hex.sha256(Array(ArtifactHouse.report.utf8)))
        let capsule = try #require(EvidenceCapsule(document: artifact.capsuleDocument))
        #expect(capsule.figures.first?.value == "71 of 100" && capsule.warnings == ["Demo data"])
        try await house.bench.move(run.id, .channelsSettled(problem: nil))
        artifact = try await house.newest(run.id)
        #expect((artifact.state, artifact.decidedBy) == (.accepted, "config"))
        #expect(house.desk.exclusion(artifact) == nil)
    }

    @Test("Collected again, a run has still one version, which takes what arrived since")
    func again() async throws {
        let house = try await ArtifactHouse()
        let run = try await house.run()
        let problem = RunCause(.filesMissing, "1 file never appeared: audit.md.")
        try await house.collect(run.id, problem: problem)
        try await house.bench.move(run.id, .channelsSettled(problem: problem))
        let first = try await house.newest(run.id)
        #expect(house.desk.exclusion(first) == .blocked("1 file never appeared: audit.md."))
        try await house.bench.move(run.id, .retried)
        try await house.collect(run.id, ["audit.json": ArtifactHouse.report, "audit.md": "# Audit"])
        try await house.bench.move(run.id, .channelsSettled(problem: nil))
        let page = try await house.desk.page(first.id)
        #expect(page.versions.count == 1 && page.files.count == 2 && page.artifact.id == first.id)
        #expect(house.desk.exclusion(page.artifact) == nil)
    }

    @Test("A run without files, or a round that left none, registers nothing")
    func nothing() async throws {
        let house = try await ArtifactHouse()
        let run = try await house.run()
        try await house.collect(run.id, [:], problem: RunCause(.filesMissing, "The agent left no files."))
        #expect(try await house.desk.list(ArtifactFilter()).isEmpty)
    }

    @Test("The newer of the same client, agent, kind and period takes the older one's place; of another client, not")
    func superseding() async throws {
        let house = try await ArtifactHouse()
        let other = try await house.done(client: "other")
        let old = try await house.done(), new = try await house.done()
        #expect(try await house.state(old.id) == .superseded)
        #expect(try await house.desk.find(old.id).supersededBy == new.id)
        #expect(new.version == 2 && other.version == 1)
        #expect(try await house.state(other.id) == .accepted)
        #expect(Set(try await house.desk.list(ArtifactFilter()).map(\.id)) == [new.id, other.id])
        #expect(try await house.desk.list(ArtifactFilter(includesSuperseded: true)).count == 3)
        // A month later it is another period: both count.
        house.bench.clock.advance(milliseconds: 32 * 86_400_000)
        let later = try await house.done()
        #expect(later.version == 1)
        #expect(try await house.state(new.id) == .accepted)
    }

    @Test(
        "Different tasks make different things where the file says so, and where there is no client",
        arguments: [
            ("", "shamrock", false), (#", "artifacts": {"supersedes": "task"}"#, "shamrock", true), ("", nil, true),
        ])
    func series(extra: String, client: String?, isApart: Bool) async throws {
        let house = try await ArtifactHouse(extra: extra)
        let one = try await house.done(client: client, task: "86a"),
            other = try await house.done(client: client, task: "86b")
        #expect(try await house.state(one.id) == (isApart ? .accepted : .superseded))
        #expect(other.version == (isApart ? 1 : 2))
        let again = try await house.done(client: client, task: "86b")
        #expect(try await house.state(other.id) == .superseded)
        #expect(again.version == other.version + 1)
    }

    @Test("Reviewed results wait, go through their rounds, and the accepted round takes the place of the earlier ones")
    func rounds() async throws {
        let house = try await ArtifactHouse(extra: ArtifactHouse.review)
        let run = try await house.run()
        try await house.collect(run.id)
        try await house.bench.move(run.id, .reviewOpened(problem: nil))
        let first = try await house.newest(run.id)
        #expect(first.state == .reviewReady && house.desk.exclusion(first) == .notAccepted)
        try await house.bench.move(run.id, .revisionAsked)
        #expect(try await house.state(first.id) == .changesAsked)
        #expect(house.desk.exclusion(try await house.desk.find(first.id)) == .unresolvedFeedback)
        // The round answered a question and left no file: the version stands as it was.
        for event in [RunMachine.Event.revisionSent, .turnEnded] { try await house.bench.move(run.id, event) }
        try await house.collect(run.id, [:])
        try await house.bench.move(run.id, .reviewOpened(problem: nil))
        #expect(try await house.newest(run.id).id == first.id)
        #expect(try await house.state(first.id) == .reviewReady)
        for event in [RunMachine.Event.revisionAsked, .revisionSent, .turnEnded] {
            try await house.bench.move(run.id, event)
        }
        try await house.collect(run.id)
        try await house.bench.move(run.id, .reviewOpened(problem: nil))
        let second = try await house.newest(run.id)
        #expect(second.round == 3 && second.id != first.id && second.state == .reviewReady)
        #expect(try await house.state(first.id) == .changesAsked)
        let accepted = try await house.desk.accept(second.id, by: "cli test")
        #expect(accepted.state == .accepted && accepted.decidedBy == "cli test")
        #expect(try await house.state(first.id) == .superseded)
        let page = try await house.desk.page(second.id)
        #expect(page.revisions.map(\.round) == [2, 3] && page.revisions.map(\.madeID) == [nil, second.id])
        try await house.bench.move(run.id, .channelsSettled(problem: nil))
        #expect(try await house.state(second.id) == .accepted, "nothing waited for the acceptance")
        #expect(try await house.bench.find(run.id).state == .done)
    }

    @Test("What reached a channel only after it was accepted is published")
    func published() async throws {
        let house = try await ArtifactHouse(
            extra: #", "review": {"enabled": true, "publish_on_accept": ["google_drive"]}"#)
        let run = try await house.run()
        try await house.collect(run.id)
        try await house.bench.move(run.id, .reviewOpened(problem: nil))
        _ = try await house.desk.accept(run.id, by: "cli test")
        house.bench.clock.advance(milliseconds: 10)
        let step = try await house.bench.step(try await house.bench.find(run.id), .googleDrive, "upload", "audit.json")
        let now = house.bench.clock.now
        try await house.bench.database.write { db in
            try StepStore(db: db).markIntended(step.id, now: now)
            try StepStore(db: db).markDone(
                step.id, receipt: #"{"id":"1A","link":"https://drive.example.com/1A"}"#, now: now)
        }
        try await house.bench.move(run.id, .channelsSettled(problem: nil))
        let page = try await house.desk.page(run.id)
        #expect(page.artifact.state == .published)
        #expect(
            page.deliveries.map { "\($0.channel) \($0.link ?? "")" } == ["google_drive https://drive.example.com/1A"])
        #expect(page.deliveries.first?.stepID == step.id)
    }

    @Test("A dismissed version counts no more, and the one it had superseded counts again as it did before")
    func dismissed() async throws {
        let house = try await ArtifactHouse()
        let old = try await house.done(), new = try await house.done()
        let gone = try await house.desk.dismiss(new.id, by: "cli test", reason: "Wrong location")
        #expect((gone.state, gone.reason, gone.decidedBy) == (.dismissed, "Wrong location", "cli test"))
        #expect(try await house.state(old.id) == .accepted)
        #expect(try await house.desk.find(old.id).supersededBy == nil)
        let found = try await house.desk.reusable(client: "shamrock")
        #expect(found.usable.map(\.id) == [old.id] && found.excluded.map(\.exclusion) == [.dismissed])
        let back = try await RunDesk(database: house.bench.database, doors: house.bench.clock.doors).events(old.runID)
        #expect(back.last?.detail.contains("version 1: counts again, since version 2 was dismissed") == true)
        await #expect(throws: ArtifactDesk.Refused.self) {
            try await house.desk.dismiss(new.id, by: "cli test", reason: nil)
        }
        let events = try await RunDesk(database: house.bench.database, doors: house.bench.clock.doors).events(new.runID)
        #expect(events.last?.detail.contains("dismissed by cli test: Wrong location") == true)
    }

    @Test("Of three versions each dismissal brings back the one before; what was published is so again")
    func dismissedInTurn() async throws {
        let house = try await ArtifactHouse()
        let first = try await house.done(), second = try await house.done(), third = try await house.done()
        _ = try await house.bench.database.write { db in
            try db.execute("UPDATE artifact SET superseded_from = 'published' WHERE id = ?", [first.id])
        }
        _ = try await house.desk.dismiss(third.id, by: "cli test", reason: nil)
        #expect(try await house.state(second.id) == .accepted)
        #expect(try await house.state(first.id) == .superseded)
        _ = try await house.desk.dismiss(second.id, by: "cli test", reason: nil)
        #expect(try await house.state(first.id) == .published)
    }

    @Test("What a still newer version stands for does not come back")
    func dismissedBelow() async throws {
        let house = try await ArtifactHouse()
        let first = try await house.done(), second = try await house.done(), third = try await house.done()
        // The second was accepted once more after the third had taken its place.
        _ = try await house.bench.database.write { db in
            try db.execute(
                "UPDATE artifact SET state = 'accepted', superseded_by = NULL WHERE id = ?", [second.id])
        }
        _ = try await house.desk.dismiss(second.id, by: "cli test", reason: nil)
        #expect(try await house.desk.find(first.id).supersededBy == third.id)
        #expect(try await house.state(first.id) == .superseded)
    }

    private static let comments: [(FeedbackClass, ReviewDecision.Outcome, Bool)] = [
        (.revisionRequest, .asked, true), (.scopeChange, .askedScope, true), (.revisionRequest, .roundsUsed, true),
        (.revisionRequest, .revised, false), (.revisionRequest, .withdrawn, false), (.acceptance, .accepted, false),
        (.discussion, .noted, false),
    ]

    @Test(
        "A comment that asks for more and waits for somebody keeps an accepted version from being reused",
        arguments: comments)
    func feedback(kind: FeedbackClass, outcome: ReviewDecision.Outcome, isOpen: Bool) async throws {
        let house = try await ArtifactHouse()
        let artifact = try await house.done()
        let new = NewFeedback(
            id: house.bench.clock.doors.makeID(), tool: "clickup", commentID: "c1", runID: artifact.runID, round: 1,
            text: "And Dublin?", writtenAt: 1, kind: kind.rawValue, confidence: 90, reason: "test", classifier: "test",
            outcome: outcome)
        try await house.bench.database.write { _ = try FeedbackStore(db: $0).insert(new, now: 1) }
        let found = try await house.desk.find(artifact.id)
        #expect(house.desk.exclusion(found) == (isOpen ? .unresolvedFeedback : nil))
    }

    /// A run of an agent whose results people judge, up to their judgement.
    private func inReview(_ house: ArtifactHouse) async throws -> RunRecord {
        let run = try await house.run()
        try await house.collect(run.id)
        return try await house.bench.move(run.id, .reviewOpened(problem: nil))
    }

    private func comment(
        _ house: ArtifactHouse, _ run: RunRecord, _ kind: FeedbackClass, _ outcome: ReviewDecision.Outcome
    ) async throws {
        let id = house.bench.clock.doors.makeID()
        let new = NewFeedback(
            id: id, tool: "clickup", commentID: id, runID: run.id, round: run.round, text: "And Dublin?", writtenAt: 1,
            kind: kind.rawValue, confidence: 90, reason: "test", classifier: "test", outcome: outcome)
        try await house.bench.database.write { _ = try FeedbackStore(db: $0).insert(new, now: 1) }
    }

    @Test(
        "What was asked back about a version is settled when somebody accepts it, and it may be reused",
        arguments: [ReviewDecision.Outcome.asked, .askedScope, .roundsUsed])
    func settledByAcceptance(outcome: ReviewDecision.Outcome) async throws {
        let house = try await ArtifactHouse(extra: ArtifactHouse.review)
        let run = try await inReview(house)
        try await comment(house, run, .scopeChange, outcome)
        let desk = RunDesk(database: house.bench.database, doors: house.bench.clock.doors)
        _ = try await desk.accept(run.id, by: "cli test")
        let artifact = try await house.newest(run.id)
        #expect(artifact.state == .accepted && house.desk.exclusion(artifact) == nil)
        #expect(try await desk.feedback(run.id).map(\.outcome) == [.withdrawn, .accepted])
    }

    @Test(
        "A question that the agent answers asks for no change of the version; a change does", arguments: [true, false])
    func answered(isQuestion: Bool) async throws {
        let house = try await ArtifactHouse(extra: ArtifactHouse.review)
        let run = try await inReview(house)
        try await comment(
            house, run, isQuestion ? .discussion : .revisionRequest, isQuestion ? .answered : .revised)
        let doors = house.bench.clock.doors
        _ = try await house.bench.database.write { try ReviewMoves(db: $0, doors: doors).revise(run, place: nil) }
        #expect(try await house.newest(run.id).state == (isQuestion ? .reviewReady : .changesAsked))
    }

    @Test("An acceptance that cannot be carried out is undone, and what had given way to it counts again")
    func undone() async throws {
        let house = try await ArtifactHouse(extra: ArtifactHouse.review)
        let desk = RunDesk(database: house.bench.database, doors: house.bench.clock.doors)
        let first = try await inReview(house)
        _ = try await desk.accept(first.id, by: "cli test")
        try await house.bench.move(first.id, .channelsSettled(problem: nil))
        house.bench.clock.advance(milliseconds: 1_000)
        let second = try await inReview(house)
        _ = try await desk.accept(second.id, by: "cli test")
        #expect(try await house.newest(first.id).state == .superseded)
        try await house.bench.move(second.id, .reviewOpened(problem: RunCause(.mergeRefused, "It conflicts.")))
        let undone = try await house.newest(second.id)
        #expect(undone.state == .reviewReady && undone.decidedBy == nil)
        #expect(try await house.newest(first.id).state == .accepted)
        _ = try await desk.revise(second.id, asking: "Mend it", by: "cli test", of: nil)
        #expect(try await house.newest(second.id).state == .changesAsked)
    }

    @Test("A version of a run that is at work is not decided on; a stopped run's is blocked until somebody accepts it")
    func stopped() async throws {
        let house = try await ArtifactHouse()
        let run = try await house.run()
        try await house.bench.move(run.id, .stopAsked(RunCause(.byPerson, "Stopped by ana.")))
        try await house.collect(run.id)
        let artifact = try await house.newest(run.id)
        #expect(artifact.state == .draft && house.desk.exclusion(artifact) == .blocked("Stopped by ana."))
        let working = try await house.run()
        try await house.collect(working.id)
        await #expect(throws: ArtifactDesk.Refused.self) { try await house.desk.accept(working.id, by: "cli test") }
        let accepted = try await house.desk.accept(artifact.id, by: "cli test")
        #expect(accepted.state == .accepted && house.desk.exclusion(accepted) == nil)
    }

    @Test("The table moves a version only from the states the machine lets an event leave")
    func fenced() async throws {
        let house = try await ArtifactHouse()
        let artifact = try await house.done(), newer = try await house.done(client: "other")
        for state in ArtifactState.allCases {
            for event in ArtifactMachine.Event.allCases {
                let moved = try await house.bench.database.write { db in
                    try db.execute(
                        "UPDATE artifact SET state = ?, superseded_by = ? WHERE id = ?",
                        [state.rawValue, state == .superseded ? newer.id : nil, artifact.id])
                    return try ArtifactStore(db: db).move(
                        artifact.id, event, supersededBy: event == .superseded ? newer.id : nil, now: 1)
                }
                var machine = ArtifactMachine(state: state)
                let allowed = (try? machine.apply(event)) != nil
                #expect(moved == allowed, "\(state) \(event)")
                #expect(try await house.state(artifact.id) == machine.state)
            }
        }
    }

    @Test("A list goes on where it stopped, and every filter takes only its own")
    func listed() async throws {
        let house = try await ArtifactHouse()
        for client in ["a", "b", "a", "c"] { try await house.done(client: client) }
        var seen: [String] = [], before: String?
        for _ in 0..<10 {
            let page = try await house.desk.list(ArtifactFilter(includesSuperseded: true, before: before, limit: 2))
            guard let last = page.last else { break }
            seen += page.map(\.id)
            before = last.id
        }
        #expect(seen.count == 4 && seen == seen.sorted(by: >) && Set(seen).count == 4)
        #expect(try await house.desk.list(ArtifactFilter(client: "a")).count == 1)
        #expect(try await house.desk.list(ArtifactFilter(client: "a", state: .superseded)).count == 1)
        #expect(try await house.desk.list(ArtifactFilter(kind: "ga4")).isEmpty)
        #expect(try await house.desk.list(ArtifactFilter(month: "2020-01")).isEmpty)
    }

    private static let searches: [(ArtifactFilter, Int)] = [
        (ArtifactFilter(text: "SENTINEL älpha"), 1), (ArtifactFilter(text: "nowhere"), 0),
        (ArtifactFilter(client: "beta", text: "sentinel"), 1), (ArtifactFilter(client: "beta", text: "alpha"), 0),
        (ArtifactFilter(agent: "sentinel", kind: "sentinel", text: "sentinel"), 2), (ArtifactFilter(text: "%"), 0),
        (ArtifactFilter(text: "sentinel", state: .superseded), 0), (ArtifactFilter(text: "sentinel", limit: 1), 1),
    ]

    @Test("A report is found by words in its title, client and kind, together with other filters", arguments: searches)
    func searched(filter: ArtifactFilter, count: Int) async throws {
        let house = try await ArtifactHouse()
        for client in ["alpha", "beta"] { try await house.done(client: client) }
        #expect(try await house.desk.list(filter).count == count)
        #expect(try await house.desk.supersededCount(filter, atMost: 10) == 0)
    }

    @Test("One that is written after a later one was searched for is found too")
    func late() async throws {
        let house = try await ArtifactHouse()
        let first = try await house.done(client: "alpha")
        try await house.done(client: "beta")
        let filter = ArtifactFilter(text: "alpha")
        #expect(try await house.desk.list(filter).map(\.id) == [first.id])
        _ = try await house.bench.database.write {
            try $0.execute("DELETE FROM artifact_text WHERE artifact_id = ?", [first.id])
        }
        #expect(try await house.desk.list(filter).isEmpty)
        try await house.bench.database.write { try ArtifactTexts.takeLate(run: first.runID, round: first.round, $0) }
        #expect(try await house.desk.list(filter).map(\.id) == [first.id])
    }

    @Test("An export holds the very bytes with their facts; a file that was changed is refused and leaves no folder")
    func exported() async throws {
        let house = try await ArtifactHouse()
        let artifact = try await house.done()
        let page = try await house.desk.page(artifact.id)
        let folder = house.bench.folder.appendingPathComponent("out")
        try house.desk.export(page, to: folder)
        #expect(
            try String(contentsOf: folder.appendingPathComponent("audit.json"), encoding: .utf8) == ArtifactHouse.report
        )
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == ["artifact.json", "audit.json", "capsule.json"])
        #expect(throws: ArtifactDesk.Refused.self) { try house.desk.export(page, to: folder) }
        try Data("other".utf8).write(to: try house.desk.url(try #require(page.files.first)))
        let second = house.bench.folder.appendingPathComponent("out2")
        #expect(throws: ArtifactDesk.Refused.self) { try house.desk.export(page, to: second) }
        #expect(!FileManager.default.fileExists(atPath: second.path))
    }
}
