import BureauDomain
import BureauStorage
import Foundation
import Logging
import Synchronization

extension WebhookIntake {
    /// For a sender whose request broke off before its head was read: of it nothing is known but where it came from.
    /// Anybody can send those without end, so only some of each minute leave a record; all are logged and counted.
    package func turnAway(from remoteAddress: String, _ why: String) async -> WebhookAnswer {
        let (sender, now) = (String(remoteAddress.prefix(80)), doors.now())
        logger.warning("request turned away", metadata: ["why": "\(why)", "from": "\(sender)"])
        counters.add(.turnedAway)
        guard turnedAway.hasRoom(now: now) else { return WebhookAnswer(400, [("error", why)]) }
        let signal = NewSignal(
            id: doors.makeID(), agent: "", remoteAddress: sender, body: Data(), bodyBytes: 0,
            bodyHash: Hex.sha256(Data()))
        do {
            try await database.write {
                try SignalStore(db: $0).insert(signal, verdict: .refused(because: why), now: now)
            }
        } catch {
            // No 503: sent again it would be no better.
            logger.error("a request turned away could not be stored", metadata: ["why": "\(error)"])
            return WebhookAnswer(400, [("error", why)])
        }
        counters.add(.signals, ["verdict": "refused"])
        return WebhookAnswer(400, [("error", why), ("signal", signal.id)])
    }
}

/// How many requests that nobody could read leave a record: a flood of them costs a few rows, not the disk.
final class TurnedAwayRoom: Sendable {
    static let perMinuteMax = 10

    private struct Window {
        var minute: Int64 = -1
        var count = 0
    }
    private let window = Mutex(Window())

    func hasRoom(now: Int64) -> Bool {
        window.withLock { window in
            let minute = now / 60_000
            if window.minute != minute { window = Window(minute: minute) }
            guard window.count < Self.perMinuteMax else { return false }
            window.count += 1
            return true
        }
    }
}
