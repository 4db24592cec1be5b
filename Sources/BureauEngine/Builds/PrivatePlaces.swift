import CDispatch
import CoreFoundation
import Foundation

/// Folders of the machine in which everybody may write. A command that runs as another user sees one of its own attempt
/// there, which its disk limit counts and which goes with it.
struct PrivatePlaces: Sendable {
    static let all = ["/tmp", "/var/tmp", "/dev/shm"]
    let places: [String]
    let folder: String

    init(_ spec: KeptCommand) {
        folder = spec.diskFolder + "/tmp"
        let named = (spec.command + [spec.folder] + spec.environment.values).flatMap {
            $0.split(whereSeparator: { $0 == ":" || $0 == "=" }).map(String.init)
        }
        // What the command is given stays where it is.
        places = Self.all.filter { place in
            access(place, F_OK) == 0 && !named.contains { $0 == place || $0.hasPrefix(place + "/") }
        }
    }

    /// Goes before a command that root starts. Empty where this machine, or its container, does not let us: then only the
    /// size of each file is limited there, as the guide says.
    var words: [String] {
        guard !places.isEmpty, access(folder, F_OK) == 0, isPossible else { return [] }
        return made
    }

    private var made: [String] {
        let script =
            #"folder=$1; shift; while [ "$1" != -- ]; do /bin/mount --bind "$folder" "$1" || exit 125; shift; done; shift; exec "$@""#
        return ["/usr/bin/unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", script, "sh", folder]
            + places + ["--"]
    }

    private var isPossible: Bool {
        guard
            let probe = try? Spawn.start(
                Spawn.Request(
                    command: made + ["/bin/true"], environment: [:], folder: "/", output: "/dev/null",
                    errors: "/dev/null", startsSession: false))
        else { return false }
        var status: Int32 = 0
        waitpid(probe, &status, 0)
        return status == 0
    }
}
