package import Foundation

/// Whom builders run as.
package struct BuildUser: Codable, Hashable, Sendable {
    package var name: String
    package var userID: UInt32
    package var groupID: UInt32

    package init(name: String, userID: UInt32, groupID: UInt32) {
        (self.name, self.userID, self.groupID) = (name, userID, groupID)
    }

    /// Nil when this machine has no such user.
    package static func named(_ name: String) -> BuildUser? {
        guard let entry = getpwnam(name) else { return nil }
        return BuildUser(name: name, userID: entry.pointee.pw_uid, groupID: entry.pointee.pw_gid)
    }
}

/// Where builds happen and as whom. Told in docs/guides/platform-build.md.
package struct BuildSettings: Sendable, Hashable {
    package var folder: URL
    /// The program that keeps commands: this one.
    package var keeper = "/proc/self/exe"
    package var userName: String?
    /// Whoever set this up says that a builder may see all that this service can see.
    package var isSandboxed = false

    package init(folder: URL) { self.folder = folder }

    /// Why no builder can be started as things are set; nil when one can.
    package func problem() -> String? {
        do throws(BuildProblem) {
            _ = try user()
            return nil
        } catch { return error.description }
    }

    /// Who a builder runs as; nil is this service's own user. Throws where that would show it our secrets.
    func user(isRoot: Bool = geteuid() == 0) throws(BuildProblem) -> BuildUser? {
        guard let userName else {
            guard isSandboxed else {
                throw BuildProblem(
                    description:
                        "a builder would run as this service's own user and could read its secrets: run the service as root with BUILD_USER, or set BUILD_SANDBOXED=1 on a machine that holds nothing a builder may not see"
                )
            }
            return nil
        }
        guard isRoot else {
            throw BuildProblem(description: "BUILD_USER is set, and only root can start programs as another user")
        }
        guard let user = BuildUser.named(userName) else {
            throw BuildProblem(description: "BUILD_USER is \"\(userName)\", and this machine has no such user")
        }
        guard user.userID != 0 else { throw BuildProblem(description: "BUILD_USER may not be root") }
        return user
    }
}
