import BureauDomain
import BureauEngine

/// The forms of the settings page, in the order they stand there.
enum OwnBlocks {
    /// A token that was just made.
    static func shown(_ token: String) -> Block {
        Block(
            callout: Callout(
                tone: "ok", title: "This is the token. It is shown only now.",
                text: "Send it as Authorization: Bearer, and keep it like a password.", isAlert: true),
            facts: Facts([Facts.Fact(name: "Token", value: token, isCode: true, isCopied: true)]))
    }

    static func name(_ person: PersonRecord) -> Block {
        let field = Field(
            "display_name", "Full name", value: person.displayName, hint: "What others read.", autocomplete: "name",
            isRequired: true)
        return Block(
            heading: "Name",
            forms: [Form(action: "/settings/name", verb: "Change name", fields: [field], tone: "")])
    }

    static func password(_ person: PersonRecord) -> Block {
        let verb = person.hasPassword ? "Change password" : "Set password"
        let field = Field(
            "password", "New password", .line(type: "password"),
            hint: "\(PasswordHash.charactersMin) characters or more. Your other sessions are signed out.",
            autocomplete: "new-password", isRequired: true)
        return Block(
            id: "password", heading: "Password",
            forms: [Form(action: "/settings/password", verb: verb, fields: [field])])
    }

    static func theme(_ person: PersonRecord) -> Block {
        let options = ["system", "light", "dark"].map {
            Field.Option(word: $0.capitalizedFirst, value: $0, isOn: $0 == person.theme)
        }
        let field = Field("theme", "Colours", .options(options))
        return Block(
            heading: "Theme",
            forms: [Form(action: "/settings/theme", verb: "Change theme", fields: [field], tone: "")])
    }

    static var tokenForm: Form {
        Form(
            action: "/settings/tokens", verb: "Make a token",
            fields: [
                Field("label", "What it is for", isRequired: true),
                Field(
                    "scope", "Scope",
                    .options([
                        Field.Option(word: "Read", value: "read"), Field.Option(word: "Write", value: "write"),
                    ]), hint: "Write does what you may do."),
            ], tone: "")
    }

    static func keys(areOn: Bool) -> Block {
        Block(
            id: "keys", heading: "Keyboard shortcuts",
            table: Table(
                "Never inside a field",
                Table.columns("Keys", "What they do"),
                [
                    ("/", "Search"), ("g then t, i, r, c, a", "Today, Inbox, Runs, Clients, Agents"),
                    ("j, k", "Next and previous row or approval"),
                    ("a", "Go to the Approve button, of the approval in focus; it is not pressed"),
                    ("f", "Follow a live timeline, or not"),
                    ("e", "First trouble in a timeline"),
                    (".", "Open the menu More; a second time go to what can be done with a run. Esc closes it"),
                    ("?", "This list"),
                ].map { [Table.Cell(text: $0.0), Table.Cell(text: $0.1)] }, empty: ""),
            forms: [
                Form(
                    action: "/settings/shortcuts", verb: areOn ? "Switch them off" : "Switch them on", tone: "",
                    style: "form row", buttonName: "shortcuts", buttonValue: areOn ? "off" : "on")
            ])
    }
}
