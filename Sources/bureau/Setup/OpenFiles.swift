import Foundation

/// Every followed session holds a connection and a log open, and the usual limit of 1,024 files ends that early.
enum OpenFiles {
    /// Raises this process's limit to what the system allows it. Nothing happens when that is refused: the limit then
    /// stays, and opening one file too many says so by itself.
    static func raiseLimit() {
        var limit = rlimit()
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(resource, &limit)
    }
}
