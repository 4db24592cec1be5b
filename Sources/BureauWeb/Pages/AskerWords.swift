import BureauDomain
import BureauEngine

/// Who asked for a run, as people read it.
struct AskerWords {
    private let asked: Requester
    /// By the config the run started with, else by what is kept of what they did; nil where nothing names them.
    private let name: String?

    init(_ text: String, _ policy: ApprovalPolicy?, kept: String? = nil) {
        let asked = Requester(text)
        let known = policy?.identities.first { identity in
            switch asked.kind {
            case .clickUp: identity.clickUp.map(asked.ids.contains) ?? false
            case .asana: identity.asana.map(asked.ids.contains) ?? false
            case .slack: identity.slack.map(asked.ids.contains) ?? false
            case .bureau, .clock, .unknown: false
            }
        }
        (self.asked, name) = (asked, known?.name ?? kept)
    }

    /// By name; somebody whom nothing names by what they are and their number.
    var words: String { name ?? stranger ?? plain }

    /// With the tool or surface they came by, which is not said twice.
    func told(from source: String) -> String {
        name == nil && isOfTool ? words : "\(words) (\(source))"
    }

    /// Somebody of a tool, who is nobody here.
    var isOfTool: Bool { stranger != nil }

    /// The first line of a run's history as people read it: what is kept there may hold a number of a tool.
    func told(_ event: RunEvent, from source: @autoclosure () -> String) -> String {
        let plain = "\(asked.text) asked for it"
        guard event.kind == RunState.queued.rawValue, event.detail.hasPrefix(plain) else { return event.detail }
        switch asked.kind {
        case .clickUp, .asana, .slack: return "\(told(from: source()))\(event.detail.dropFirst(asked.text.count))"
        case .bureau, .clock, .unknown: return event.detail
        }
    }

    private var stranger: String? {
        let id = asked.ids.last ?? ""
        return switch asked.kind {
        case .clickUp: "a ClickUp user (\(id))"
        case .asana: "an Asana user (\(id))"
        case .slack: "a Slack user (\(id))"
        case .bureau, .clock, .unknown: nil
        }
    }

    /// Without the surface, which is said beside it.
    private var plain: String {
        for surface in ["web ", "cli "] where asked.text.hasPrefix(surface) {
            return String(asked.text.dropFirst(surface.count))
        }
        return asked.text
    }
}

extension WebHouse {
    /// Who asked for it, by whatever names them.
    func asker(_ run: RunRecord) async throws -> AskerWords {
        let policy = try await catalog.version(run.configHash)?.config.approvals
        return AskerWords(
            run.requestedBy, policy, kept: try await runs.askerName(run, slackPeople: settings.slackPeople))
    }
}
