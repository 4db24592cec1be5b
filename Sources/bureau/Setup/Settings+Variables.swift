import BureauDomain
import Foundation

extension Settings {
    /// Whether a variable that agents' files may name is set: in the environment, or by a set of credentials. One answer
    /// for the server and every command. A broken file of credentials sets none; whoever connects tells of it.
    var hasVariable: @Sendable (String) -> Bool {
        let environment = environment
        let bytes = FileManager.default.contents(atPath: credentialsFile.path) ?? Data()
        let sets =
            bytes.isEmpty
            ? []
            : CredentialSetConfig.load(
                Array(bytes), fileName: credentialsFile.path, environment: { environment.has($0) }
            ).sets
        let renamed = Set(sets.flatMap(\.variables.keys))
        return { environment.has($0) || renamed.contains($0) }
    }
}
