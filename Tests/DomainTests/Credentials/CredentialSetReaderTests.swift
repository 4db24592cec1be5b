import BureauDomain
import Testing

@Suite("The file of further accounts")
struct CredentialSetReaderTests {
    private static func load(_ text: String, isSet: @escaping (String) -> Bool = { _ in true }) -> CredentialSetsResult
    {
        CredentialSetConfig.load(Array(text.utf8), fileName: "credentials.json", environment: isSet)
    }

    @Test("A whole account is read, with where each secret stands and never a secret")
    func whole() throws {
        let result = Self.load(
            """
            {"north": { // the northern office
              "anthropic": {"key_env": "NORTH_KEY"},
              "clickup": {"token_file": "/etc/north", "webhook_secret_env": "NORTH_HOOK", "workspace_id": "90"},
              "asana": {"token_env": "NORTH_ASANA", "base_url": "https://asana.example/api/1.0"},
              "slack": {"token_env": "NORTH_SLACK", "alert_channel": "C0NORTH01"},
              "google": {"service_account_file": "/etc/google.json", "root_folder_id": "1A"},
              "variables": {"SENTINEL_AGENT_ID": "NORTH_AGENT"}
            }}
            """)
        #expect(result.problems == [])
        let set = try #require(result.sets.first)
        #expect(set.name == "north" && !set.inherits)
        #expect(set.anthropic?.key == .variable("NORTH_KEY"))
        #expect(set.clickUp?.token == .file("/etc/north"))
        #expect(set.clickUp?.webhookSecret == .variable("NORTH_HOOK"))
        #expect(set.asana?.token == .variable("NORTH_ASANA"))
        #expect(set.asana?.baseURL == "https://asana.example/api/1.0")
        #expect(set.slack?.alertChannel == "C0NORTH01" && set.slack?.signingSecret == nil)
        #expect(set.google?.rootFolderID == "1A")
        #expect(set.variables == ["SENTINEL_AGENT_ID": "NORTH_AGENT"])
    }

    private static let mistakes: [(String, String, String)] = [
        ("a list", "[]", "expected an object of credential sets"),
        ("a name with capitals", #"{"North": {}}"#, "a set's name is lower-case"),
        ("the name of the environment's own", #"{"default": {}}"#, "not \"default\""),
        ("an unknown vendor", #"{"north": {"slak": {}}}"#, "did you mean \"slack\"?"),
        ("no Asana token", #"{"north": {"asana": {}}}"#, "required: token_env or token_file"),
        ("no token", #"{"north": {"clickup": {}}}"#, "required: token_env or token_file"),
        (
            "two places for one token", #"{"north": {"clickup": {"token_env": "A", "token_file": "/a"}}}"#,
            "either token_env or token_file"
        ),
        ("a secret in place of its name", #"{"north": {"anthropic": {"key_env": "sk-ant-demo"}}}"#, "not its value"),
        ("a variable that is not set", #"{"north": {"anthropic": {"key_env": "MISSING"}}}"#, "MISSING is not set"),
        ("an id's variable that is not set", #"{"north": {"variables": {"A": "MISSING"}}}"#, "MISSING is not set"),
        (
            "an address that is none", #"{"north": {"anthropic": {"key_env": "A", "base_url": "example.com"}}}"#,
            "begins with https://"
        ),
    ]

    @Test("A mistake is told with its place and spoils the whole file", arguments: mistakes)
    func mistake(what: String, text: String, message: String) {
        let result = Self.load(text) { $0 != "MISSING" }
        #expect(result.sets.isEmpty, "\(what)")
        #expect(result.problems.contains { "\($0)".contains(message) }, "\(what): \(result.problems)")
    }
}
