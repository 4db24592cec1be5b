import BureauStorage
import BureauVendors

/// What kind of trouble a run met: decides how long it waits, and is kept on the run for people and filters.
enum FaultClass: String, Sendable, Hashable, CaseIterable {
    case limited, unavailable, unreadable, rejected, storage, other
    /// Something is not set where Bureau runs: passes when somebody sets it (`MissingHere`).
    case missing

    init(_ error: any Error) {
        switch error {
        case let error as VendorError: self = Self.of(error)
        case is StorageError: self = .storage
        case is MissingHere: self = .missing
        default: self = .other
        }
    }

    private static func of(_ error: VendorError) -> FaultClass {
        switch error.kind {
        case .limited: .limited
        case .unavailable, .unreachable, .noAnswer: .unavailable
        case .unreadable: .unreadable
        case .rejected, .credential: .rejected
        }
    }
}

/// A fault that may pass by itself: the run waits and its stage is tried again.
struct PassingFault: Sendable, Hashable {
    let faultClass: FaultClass
    /// At most 300 characters.
    let sentence: String

    init(_ error: any Error) {
        faultClass = FaultClass(error)
        sentence = String(((error as? VendorError)?.sentence ?? "\(error)").prefix(300))
    }
}
