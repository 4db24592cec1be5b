import BureauDomain
import BureauStorage
import Logging

extension BuildRound {
    /// Makes one command once: intent, start or adoption, receipt.
    func kept(_ name: String, _ command: KeptCommand) async throws -> KeptExit {
        let (build, parts, now) = (build, parts, parts.doors.now())
        if let known = try await parts.database.read({ try BuildStore(db: $0).receipt(build, name, as: KeptExit.self) })
        {
            return known
        }
        try await parts.write(hand.lease) { try BuildStore(db: $0).intend(build, name, now: now) }
        let place = folder.keeper(name)
        let process = KeptProcess(folder: place, keeper: parts.settings.builds.keeper, doors: parts.doors)
        let log = BuildLog(recorder, build: build, step: name, path: place.output, doors: parts.doors)
        var isNamed = false
        let sight = try await process.follow(command) {
            try log.read(isOver: false)
            guard !isNamed, case .running(let identity?) = process.look() else { return }
            try await parts.write(hand.lease) { try BuildStore(db: $0).setKeeper(build, name, identity.text) }
            isNamed = true
        }
        try log.read(isOver: true)
        guard case .ended(let exit) = sight else {
            process.clean(commands.mark)
            throw Lost(step: name)
        }
        try await settle(name, exit)
        return exit
    }

    private func settle(_ name: String, _ exit: KeptExit) async throws {
        let (build, now, fold) = (build, parts.doors.now(), recorder.fold)
        let detail = "\(name) \(exit.words) after \(Words.duration(.milliseconds(exit.milliseconds)))"
        let rest = exit.leftovers == 0 ? "" : "; \(exit.leftovers) of its processes were still there and were ended"
        try await parts.write(hand.lease) { [lease = hand.lease] db in
            try BuildStore(db: db).settle(build, name, exit, now: now)
            // Our own git is not worth a line, unless it went wrong.
            if !name.isGit || !exit.isSuccess {
                try RunEventStore(db: db).append(build.runID, kind: "build", detail: detail + rest, now: now)
            }
            let progress = RunProgress(
                spentMicroUSD: 0, spentMethod: "none", eventsCount: fold.eventsCount, lastEvent: name,
                budgetWarned: false)
            guard try RunStore(db: db).setProgress(lease, progress) else { throw RunMoved(runID: build.runID) }
        }
    }

    /// For our own git: anything but success is trouble with the machine or with what the builder left.
    func mustSucceed(_ name: String, _ command: KeptCommand) async throws {
        let exit = try await kept(name, command)
        if exit.outcome == .stopped { throw RunMoved(runID: build.runID) }
        guard exit.isSuccess else {
            let why = exit.why ?? Tail.text(folder.keeper(name).output, lines: 2)
            throw BuildProblem(description: "git (\(name)) \(exit.words): \(why.prefix(400))")
        }
    }
}

extension String {
    fileprivate var isGit: Bool { self != "builder" && !hasPrefix("check-") }
}
