import BureauDomain
import BureauEngine
import BureauVendors
import BureauWeb
import Foundation
import Logging

/// Everything the environment says, read once. Secrets become `Secret` here and cannot be printed afterwards.
/// Every name is told in docs/guides/settings.md.
struct Settings: Sendable {
    let environment: Environment
    let dataFolder: URL
    let agentsFolder: URL
    let pricesFile: URL
    /// Further accounts at the vendors, by name.
    let credentialsFile: URL
    let databasePath: String
    let engine: EngineSettings
    let address: BureauServer.Address
    let site: WebHouse.Site
    let logLevel: Logger.Level
    /// Where runs' files are kept.
    var blobsFolder: URL { dataFolder.appendingPathComponent("blobs") }

    /// `overrides` come from the command line and win over the environment.
    init(_ environment: Environment, overrides: SettingsOverrides = .init()) throws(SetupError) {
        self.environment = environment
        let config = overrides.configFolder ?? "."
        dataFolder = Self.folder(overrides.dataFolder ?? environment["DATA_DIR"] ?? "./data")
        agentsFolder = Self.folder(
            overrides.configFolder == nil ? environment["AGENTS_DIR"] ?? "./agents" : config + "/agents")
        pricesFile = URL(fileURLWithPath: environment["PRICES_FILE"] ?? config + "/config/prices.json")
        credentialsFile = URL(fileURLWithPath: environment["CREDENTIALS_FILE"] ?? config + "/config/credentials.json")
        databasePath = environment["DATABASE_PATH"] ?? dataFolder.appendingPathComponent("bureau.db").path
        address = try Self.address(environment, overrides)
        site = try Self.site(environment)
        logLevel = try Self.logLevel(environment)
        var engine = try Self.engine(environment, dataFolder, isDataOverridden: overrides.dataFolder != nil)
        engine.publicURL = site.publicURL
        self.engine = engine
    }

    private static func address(_ environment: Environment, _ overrides: SettingsOverrides) throws(SetupError)
        -> BureauServer.Address
    {
        if overrides.port == nil, let path = environment["UNIX_SOCKET"] { return .unixSocket(path: path) }
        let configured = try number("PORT", environment, 0...65_535)
        let port = overrides.port ?? configured ?? 3_000
        return .host(overrides.host ?? environment["HOST"] ?? "127.0.0.1", port: port)
    }

    private static func logLevel(_ environment: Environment) throws(SetupError) -> Logger.Level {
        if environment["DEBUG"] == "1" { return .debug }
        guard let name = environment["LOG_LEVEL"] else { return .info }
        let known = ["warn": "warning", "fatal": "critical"][name.lowercased()] ?? name.lowercased()
        guard let level = Logger.Level(rawValue: known) else {
            throw SetupError(
                "LOG_LEVEL is \"\(name)\"",
                fix: "use one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }
}

struct SettingsOverrides: Sendable {
    var dataFolder: String?
    var configFolder: String?
    var host: String?
    var port: Int?
}

/// The process's environment over the `.env` file. An empty value counts as not set, and so does one that was left as
/// the example has it (`sk-ant-...`).
struct Environment: Sendable {
    private let values: [String: String]
    /// Names that still have the example's value.
    let placeholders: Set<String>

    init(_ values: [String: String]) {
        self.values = values.filter { !$0.value.isEmpty && !Self.isPlaceholder($0.value) }
        placeholders = Set(values.filter { Self.isPlaceholder($0.value) }.keys)
    }

    private static func isPlaceholder(_ value: String) -> Bool {
        value.hasSuffix("...") || (value.hasPrefix("<") && value.hasSuffix(">"))
    }

    /// The file that is read beside the process's own environment.
    static var filePath: String { ProcessInfo.processInfo.environment["BUREAU_ENV_FILE"] ?? ".env" }

    /// What this process was started with, and `.env` beside it (or the file named by BUREAU_ENV_FILE).
    static func ofProcess() throws(SetupError) -> Environment {
        let own = ProcessInfo.processInfo.environment
        let file = try DotEnv.read(filePath)
        return Environment(file.merging(own.filter { !$0.value.isEmpty }) { $1 })
    }

    subscript(name: String) -> String? { values[name] }
    func secret(_ name: String) -> Secret? { values[name].map { Secret($0).masked() } }
    func has(_ name: String) -> Bool { values[name] != nil }
}
