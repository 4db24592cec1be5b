import BureauDomain
import BureauVendors

/// Puts a message in place of one that is there; the same contents again change nothing. What Slack does not let us
/// edit any more is said anew, once: nobody shall read a question that has been answered.
struct SlackReplace: OutboundWrite {
    let slack: SlackClient
    let posted: SlackPosted
    let message: SlackMessage
    /// Its id is the mark of the new message, should there be one; its own, for the old one may still stand.
    let step: StepRecord
    /// Whether what may not be edited is worth a message of its own.
    var saysAnew = true

    func write() async throws -> String {
        do {
            let updated = try await slack.update(posted, with: message)
            return try JSONText.encode(DeliveryReceipt(id: "\(updated.channel)/\(updated.ts)", link: nil))
        } catch let error as VendorError {
            guard let refusal = SlackEditRefusal(error) else { throw error }
            guard saysAnew else { return try await AlreadyShown().write() }
            return try await sayAnew(isGone: refusal == .isGone)
        }
    }

    /// An earlier try may have said it already.
    private func sayAnew(isGone: Bool) async throws -> String {
        let post = anew(isGone: isGone)
        guard step.intendedAt != nil else { return try await post.write() }
        switch try await post.probe() {
        case .found(let receipt): return receipt
        case .absent: return try await post.write()
        case .unknown(let why): throw StepDoubt(why: why)
        }
    }

    /// Only a new message needs to be looked for: below the old one, and in its channel.
    func probe() async throws -> Probe {
        guard saysAnew else { return .absent }
        let found: Probe
        do { found = try await anew(isGone: false).probe() } catch let error as VendorError {
            // There is no thread below a message that is gone.
            guard case .rejected = error.kind, error.isRefusalInWords else { throw error }
            found = try await anew(isGone: true).probe()
        }
        // The old one may be replaced all the same; whether a new one is said is decided when that is refused.
        guard case .unknown = found else { return found }
        return .absent
    }

    private func anew(isGone: Bool) -> SlackPost {
        var message = message
        message.channel = posted.channel
        // In the thread the old one stood in, or below it; below one that is gone nobody would find it.
        message.threadTS = message.threadTS ?? (isGone ? nil : posted.ts)
        message.metadata?.payload["step"] = .string(step.id)
        return SlackPost(slack: slack, message: message, mark: step.id, since: step.sentSince)
    }
}

/// Slack's words for a message that stays as it is. (chat.update: errors.)
enum SlackEditRefusal: Sendable {
    case isGone, isClosed

    init?(_ error: VendorError) {
        guard case .rejected(_, let code) = error.kind else { return nil }
        switch code {
        case "message_not_found": self = .isGone
        case "edit_window_closed", "cant_update_message", "is_inactive": self = .isClosed
        default: return nil
        }
    }
}
