import CDispatch
import CoreFoundation
import Foundation

/// Where one attempt at one round of a build happens. `own` is the builder's; the rest is ours.
struct BuildFolder: Sendable, Hashable {
    let run: String
    let path: String

    init(_ settings: BuildSettings, _ build: BuildRecord) {
        run = Self.run(settings, build.runID)
        path = run + "/round-\(build.round)-\(build.attempt)"
    }

    static func run(_ settings: BuildSettings, _ runID: String) -> String {
        settings.folder.appendingPathComponent(runID).path
    }

    var bundle: String { path + "/base.bundle" }
    var checkedBundle: String { path + "/result.bundle" }
    var task: String { path + "/TASK.md" }
    /// Everything else is there.
    var ready: String { path + "/ready" }
    var own: String { path + "/own" }
    var worktree: String { own + "/tree" }
    var checked: String { own + "/checked" }
    var home: String { own + "/home" }
    var temporary: String { own + "/tmp" }

    func keeper(_ step: String) -> KeeperFolder { KeeperFolder(path: path + "/steps/" + step) }

    var isReady: Bool { access(ready, F_OK) == 0 }

    /// Makes the folder anew, whatever a cut-off attempt to make it has left.
    func make(task text: String, for user: BuildUser?) throws {
        if access(path, F_OK) == 0 { try remove(path) }
        try folder(run, 0o711)
        try folder(path, 0o711)
        try folder(path + "/steps", 0o700)
        for name in [own, home, temporary] { try folder(name, 0o700, user) }
        try file(task, text)
    }

    func finish() throws {
        try readable(bundle)
        try file(ready, "")
    }

    /// A file the builder may read and not change.
    func readable(_ path: String) throws {
        guard chmod(path, 0o644) == 0 else { throw BuildProblem.system("open \(path) to the builder") }
    }

    private func file(_ path: String, _ text: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
            throw BuildProblem(description: "cannot write \(path)")
        }
        try readable(path)
    }

    private func folder(_ path: String, _ mode: mode_t, _ user: BuildUser? = nil) throws {
        if mkdir(path, mode) != 0, errno != EEXIST { throw BuildProblem.system("make \(path)") }
        guard chmod(path, mode) == 0 else { throw BuildProblem.system("make \(path)") }
        if let user, chown(path, user.userID, user.groupID) != 0 { throw BuildProblem.system("give \(path) away") }
    }

    /// A link is removed, never what it leads to.
    func remove(_ path: String) throws {
        do { try FileManager.default.removeItem(atPath: path) } catch {
            throw BuildProblem(description: "cannot remove \(path): \(error.localizedDescription)")
        }
    }

    /// The folder of all builds. Throws when the builder's user could not get there.
    static func prepare(_ settings: BuildSettings, for user: BuildUser?) throws {
        try FileManager.default.createDirectory(at: settings.folder, withIntermediateDirectories: true)
        guard let user else { return }
        guard chmod(settings.folder.path, 0o711) == 0 else { throw BuildProblem.system("open \(settings.folder.path)") }
        var path = settings.folder.path
        while path.count > 1 {
            var facts = stat()
            guard stat(path, &facts) == 0 else { throw BuildProblem.system("look at \(path)") }
            guard facts.st_mode & 0o001 != 0 || facts.st_uid == user.userID else {
                throw BuildProblem(
                    description:
                        "\(user.name) may not pass through \(path): set BUILD_DIR to a folder that user can reach")
            }
            path = (path as NSString).deletingLastPathComponent
        }
    }
}
