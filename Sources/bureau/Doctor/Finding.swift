import BureauDomain

/// What one look at the installation found, and what to do about it.
struct Finding: Sendable, Hashable {
    enum Status: String, Sendable { case ok, warn, fail, skip }

    let status: Status
    let name: String
    let detail: String
    let fix: String?
    /// Ends the command with 78 in place of 1: the settings themselves are wrong.
    var isAboutSettings = false

    static func ok(_ name: String, _ detail: String) -> Finding {
        Finding(status: .ok, name: name, detail: detail, fix: nil)
    }
    static func skip(_ name: String, _ detail: String) -> Finding {
        Finding(status: .skip, name: name, detail: detail, fix: nil)
    }
    static func warn(_ name: String, _ detail: String, fix: String) -> Finding {
        Finding(status: .warn, name: name, detail: detail, fix: fix)
    }
    static func fail(_ name: String, _ detail: String, fix: String, isAboutSettings: Bool = false) -> Finding {
        Finding(status: .fail, name: name, detail: detail, fix: fix, isAboutSettings: isAboutSettings)
    }

    func named(_ name: String) -> Finding {
        Finding(status: status, name: name, detail: detail, fix: fix, isAboutSettings: isAboutSettings)
    }

    var document: BureauDomain.JSONValue {
        .made([
            ("name", .string(name)), ("status", .string(status.rawValue)), ("detail", .string(detail)),
            ("fix", .text(fix)),
        ])
    }
}

/// All findings, as the doctor tells them.
struct Diagnosis: Sendable {
    let findings: [Finding]

    func count(_ status: Finding.Status) -> Int { findings.count { $0.status == status } }

    var exitCode: Int32 {
        let failed = findings.filter { $0.status == .fail }
        if failed.isEmpty { return 0 }
        return failed.contains { $0.isAboutSettings } ? ExitStatus.config : ExitStatus.failed
    }

    var summary: String {
        let (problems, warnings) = (count(.fail), count(.warn))
        return
            "\(problems) \(problems == 1 ? "problem" : "problems"), \(warnings) \(warnings == 1 ? "warning" : "warnings"), "
            + "\(count(.ok)) ok, \(count(.skip)) skipped"
    }

    var document: BureauDomain.JSONValue {
        .made([
            ("checks", .array(findings.map(\.document))), ("problems", .whole(count(.fail))),
            ("warnings", .whole(count(.warn))), ("ok", .whole(count(.ok))), ("skipped", .whole(count(.skip))),
            ("exit", .whole(exitCode)),
        ])
    }

    func print(_ style: Style) {
        let nameWidth = max(12, findings.map(\.name.count).max() ?? 0)
        let detailWidth = findings.filter { $0.fix != nil }.map { PlainLine.of($0.detail).count }.max() ?? 0
        for finding in findings { Terminal.say(line(finding, nameWidth, detailWidth, style)) }
        guard Terminal.isTerminal else { return Terminal.say("total\t\(summary)\texit \(exitCode)") }
        Terminal.say("\(summary)    exit \(exitCode)")
    }

    private func line(_ finding: Finding, _ nameWidth: Int, _ detailWidth: Int, _ style: Style) -> String {
        let word = finding.status == .fail ? "FAIL" : finding.status.rawValue
        let detail = PlainLine.of(finding.detail), fix = finding.fix.map { "fix: \(PlainLine.of($0))" }
        guard let width = Terminal.width else {
            return [word, finding.name, detail, fix].compactMap { $0 }.joined(separator: "\t")
        }
        let tone: Style.Tone =
            switch finding.status {
            case .ok: .good
            case .warn: .warning
            case .fail: .bad
            case .skip: .faint
            }
        let head =
            style.paint(word, tone) + blank(6 - word.count) + finding.name + blank(nameWidth + 2 - finding.name.count)
        guard let fix else { return head + detail }
        // Beside the finding where the terminal is wide enough for all of them, under it otherwise.
        let indent = 6 + nameWidth + 2
        let fits = indent + detailWidth + 2 + fix.count <= width
        return head + detail + (fits ? blank(detailWidth - detail.count + 2) : "\n" + blank(indent)) + fix
    }

    private func blank(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
