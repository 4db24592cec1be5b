import BureauDomain
import Hummingbird

/// The page before whatever spends, sends or cuts something off: what will happen, what it costs, who sees it, whether
/// it can be taken back; then one form, with a reason where somebody will ask for one.
///
/// The action behind it looks at `isConfirmed` and leads here when the form came from anywhere else, so that a button on
/// a list or a card needs no page of its own.
struct ConfirmPage {
    var question: String
    /// What it is about: a run's title, a person's name.
    var about: String
    var crumbs: [Link] = []
    var effect: String
    var cost: String? = nil
    var reach: String? = nil
    var undo: String
    /// Where the form goes, and what its button says again.
    var action: String
    var verb: String
    var tone = "primary"
    var fields: [Field] = []
    var folded: Form.Folded? = nil
    var reason: Field? = ConfirmPage.reasonField()
    var back: Link

    static func reasonField(_ written: String = "") -> Field {
        Field("reason", "Reason", .long, value: written, hint: "Kept in the audit log, for those who ask later.")
    }

    private static let field = "confirmed"
    /// Of a reason, before it is cut off.
    static let reasonCharactersMax = 300

    static func isConfirmed(_ web: WebRequest) -> Bool { web.form[field] == "yes" }

    /// Nil when nobody gave one.
    static func reason(_ web: WebRequest) -> String? {
        let text = (web.form["reason"] ?? "")[...].trimmed
        return text.isEmpty ? nil : String(text.prefix(reasonCharactersMax))
    }

    /// What everybody is told first, whether it is done to one or to many.
    static func told(effect: String, cost: String?, reach: String?, undo: String) -> Block {
        let told = Facts([
            Facts.Fact(name: "What happens", value: effect),
            cost.map { Facts.Fact(name: "What it costs", value: $0) },
            reach.map { Facts.Fact(name: "Who sees it", value: $0) },
            Facts.Fact(name: "Taking it back", value: undo),
        ])
        return Block(style: "confirm", facts: told)
    }

    var page: Page {
        var page = Page(title: question, heading: question)
        page.lead = about
        page.crumbs = crumbs
        let told = Self.told(effect: effect, cost: cost, reach: reach, undo: undo)
        let form = Form(
            action: action, verb: verb,
            fields: [Field(Self.field, "", .hidden, value: "yes")] + fields + [reason].compactMap(\.self),
            folded: folded, tone: tone, cancel: back)
        page.blocks = [told, Block(forms: [form])]
        return page
    }
}
