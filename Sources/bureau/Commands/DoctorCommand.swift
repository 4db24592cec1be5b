import ArgumentParser
import BureauDomain
import BureauEngine
import BureauVendors
import Foundation

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check everything, and say how to mend what is wrong.",
        discussion: """
            bureau doctor
            bureau doctor --fix        makes missing folders, creates the database, closes files that hold secrets

            Ends with 0 when nothing is wrong, 1 on a problem, 78 when the settings are at fault. Changes nothing at
            any vendor.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Mend what can be mended on this machine.") var fix = false

    func run() async throws {
        try await Terminal.guarded {
            let diagnosis = Diagnosis(findings: try await findings())
            try output.print(diagnosis.document) { diagnosis.print(output.style) }
            if diagnosis.exitCode != 0 { throw ExitCode(diagnosis.exitCode) }
        }
    }

    private func findings() async throws -> [Finding] {
        let envFile = Environment.filePath
        if fix { SecretChecks.makePrivate([envFile]) }
        let settings: Settings
        do { settings = try common.settings() } catch let problem as SetupError {
            return [.fail("config", problem.what, fix: problem.fix, isAboutSettings: true)]
        }
        if fix, let key = settings.environment["GOOGLE_SERVICE_ACCOUNT_JSON_PATH"] { SecretChecks.makePrivate([key]) }
        let transport = HTTPTransport()
        let doctor = Doctor(settings: settings, fixes: fix)
        let local = await doctor.local(), vendors: [Finding]
        do {
            vendors = await doctor.vendors(
                try VendorAccount.all(settings, Connector(settings: settings, transport: transport)), transport)
        } catch {
            let problem = SetupError(reading: error)
            vendors = [.fail("config", problem.what, fix: problem.fix, isAboutSettings: true)]
        }
        await transport.shutdown()
        return local + vendors + doctor.disks() + [await server(settings)]
    }

    private func server(_ settings: Settings) async -> Finding {
        guard ServerLock.isHeld(settings) else { return .skip("server", "not running on this data folder") }
        let transport = HTTPTransport()
        let request = VendorRequest(
            vendor: .clickUp, operation: "GET /health", method: .get, url: settings.localURL + "/health",
            timeoutSeconds: 5)
        let response = try? await transport.send(request)
        await transport.shutdown()
        guard let response else {
            return .warn(
                "server", "it runs, but does not answer at \(settings.localURL)",
                fix: "give this command the server's HOST, PORT or UNIX_SOCKET")
        }
        let health = try? BureauDomain.JSONValue.parse(response.body)
        guard response.status == 200, health?["status"]?.string == "ok" else {
            return .fail(
                "server", "it answers \(response.status) at \(settings.localURL)/health", fix: "look into its log")
        }
        return .ok("server", "answers at \(settings.localURL), version \(health?["version"]?.string ?? "unknown")")
    }
}
