import Foundation
import Synchronization

/// Carries events to the webhooks' targets the way Asana does: what happens within a moment in one body, signed, 10
/// seconds to answer, repeated with growing pauses, lost when there are no attempts left. The pauses are much shorter
/// than the vendor's, so that a test need not wait.
final class AsanaCourier: Sendable {
    static let attemptsMax = 6, answerSecondsMax: Int64 = 10
    /// Events in one body, and events that wait for one webhook; the oldest make room.
    static let bodyEventsMax = 100, waitingEventsMax = 10_000
    static let reorderMilliseconds = 400, heartbeatSeconds = 8 * 3_600

    private struct Waiting { var events: [JSON] = [], isCarried = false }
    private enum Step { case settled, again(number: Int, milliseconds: Int) }

    let frame: SandboxFrame
    /// How long events gather before they leave together, and the pause before a second attempt, which doubles.
    let gatherMilliseconds = 40, pauseMilliseconds = 250
    private let waiting = Mutex<[String: Waiting]>([:])

    init(frame: SandboxFrame) { self.frame = frame }

    func send(_ events: [AsanaEvent], to hooks: [AsanaWebhook], for standIn: AsanaStandIn) {
        for hook in hooks {
            let wanted = events.filter(hook.wants).map(\.json)
            guard !wanted.isEmpty, add(wanted, to: hook.gid) else { continue }
            frame.background.start { [self] in await carry(hook.gid, for: standIn) }
        }
    }

    /// Says whether somebody has to start carrying.
    private func add(_ events: [JSON], to hook: String) -> Bool {
        waiting.withLock { waiting in
            var mine = waiting[hook] ?? Waiting()
            mine.events = Array((mine.events + events).suffix(Self.waitingEventsMax))
            let isNew = !mine.isCarried
            mine.isCarried = true
            waiting[hook] = mine
            return isNew
        }
    }

    private func take(_ hook: String) -> [JSON]? {
        waiting.withLock { waiting in
            guard let mine = waiting[hook], !mine.events.isEmpty else {
                waiting[hook] = nil
                return nil
            }
            waiting[hook]?.events = Array(mine.events.dropFirst(Self.bodyEventsMax))
            return Array(mine.events.prefix(Self.bodyEventsMax))
        }
    }

    private func carry(_ hook: String, for standIn: AsanaStandIn) async {
        await withDiscardingTaskGroup { group in
            while true {
                do { try await frame.options.sleep(.milliseconds(gatherMilliseconds)) } catch { return }
                guard let events = take(hook) else { return }
                let body = Array((["events": .array(events)] as JSON).bytes)
                if case .again(let number, let pause) = await attempt(body, events.count, to: hook, 1, for: standIn) {
                    group.addTask { [self] in
                        await pursue(body, events.count, to: hook, number, after: pause, for: standIn)
                    }
                }
            }
        }
    }

    /// An empty delivery at once, and every eight hours for as long as the webhook lives.
    func startHeartbeats(_ hook: String, for standIn: AsanaStandIn) {
        frame.background.start { [self] in
            repeat {
                await beat(hook, for: standIn)
                do { try await frame.options.sleep(.seconds(Self.heartbeatSeconds)) } catch { return }
            } while standIn.webhook(hook) != nil
        }
    }

    func beat(_ hook: String, for standIn: AsanaStandIn) async {
        let body = Array(#"{"events":[]}"#.utf8)
        guard case .again(let number, let pause) = await attempt(body, 0, to: hook, 1, for: standIn) else { return }
        await pursue(body, 0, to: hook, number, after: pause, for: standIn)
    }

    private func pursue(
        _ body: [UInt8], _ count: Int, to hook: String, _ number: Int, after milliseconds: Int,
        for standIn: AsanaStandIn
    ) async {
        var (number, pause) = (number, milliseconds)
        while number <= Self.attemptsMax {
            do { try await frame.options.sleep(.milliseconds(pause)) } catch { return }
            guard case .again(let next, let wait) = await attempt(body, count, to: hook, number, for: standIn) else {
                return
            }
            (number, pause) = (next, wait)
        }
    }

    private func attempt(
        _ body: [UInt8], _ count: Int, to gid: String, _ number: Int, for standIn: AsanaStandIn
    ) async -> Step {
        guard let hook = standIn.webhook(gid) else { return .settled }
        let subject = "\(hook.resource.gid) \(count == 0 ? "heartbeat" : "\(count) events") attempt \(number)"
        let rule = frame.faults.strike(vendor: "asana", operation: "webhook.deliver", subject: subject)
        let entry = frame.log.open("asana", "webhook.deliver", method: "POST", path: hook.target, subject: subject)
        let pause = pauseMilliseconds << (number - 1), again = Step.again(number: number + 1, milliseconds: pause)
        var outcome = "", times = 1, isTrusted = true
        defer { frame.log.close(entry, outcome: rule.map { "\(outcome) \($0.action.text)" } ?? outcome) }
        switch rule?.action {
        case .drop:
            outcome = "lost"
            return .settled
        case .suspend:
            outcome = "webhook deleted"
            standIn.deleteWebhook(gid)
            return .settled
        case .reorder:
            outcome = "held"
            return .again(number: number, milliseconds: Self.reorderMilliseconds)
        case .duplicate: times = 2
        case .delay(let milliseconds): try? await frame.options.sleep(.milliseconds(milliseconds))
        case .status, .html, .garbage, .limited, .silence:
            outcome = "not sent"
            return standIn.failed(gid, "not sent", retryAfter: pause) ? again : .settled
        case .kill: ProcessKiller.killNow(rule?.pid)
        case .statusAfter, .dropAfter, .half, .killAfter: isTrusted = false
        case .killAnswered, nil: break
        }
        var answer: Outbound.Answer?
        let headers = [
            ("Content-Type", "application/json"), ("X-Hook-Signature", hexHMAC(body, secret: hook.secret)),
        ]
        for _ in 0..<times { answer = await frame.options.post(hook.target, headers, body, Self.answerSecondsMax) }
        if [.killAfter, .killAnswered].contains(rule?.action) { ProcessKiller.killNow(rule?.pid) }
        outcome = answer.map { String($0.status) } ?? "no answer"
        if isTrusted, [200, 204].contains(answer?.status) {
            standIn.succeeded(gid)
            return .settled
        }
        return standIn.failed(gid, outcome, retryAfter: pause) ? again : .settled
    }

    /// Offers the secret to the target, which has to give it back. The call that makes the webhook is still open.
    func shakeHands(_ target: String, secret: String) async -> Bool {
        let rule = frame.faults.strike(vendor: "asana", operation: "webhook.handshake", subject: target)
        let entry = frame.log.open("asana", "webhook.handshake", method: "POST", path: target, subject: "handshake")
        var outcome = ""
        defer { frame.log.close(entry, outcome: rule.map { "\(outcome) \($0.action.text)" } ?? outcome) }
        if case .delay(let milliseconds)? = rule?.action {
            try? await frame.options.sleep(.milliseconds(milliseconds))
        } else if rule != nil {
            outcome = "not sent"
            return false
        }
        let headers = [("Content-Type", "application/json"), ("X-Hook-Secret", secret)]
        let seconds = Self.answerSecondsMax * Int64(frame.options.asanaPatience)
        let answer = await frame.options.post(target, headers, Array("{}".utf8), seconds)
        outcome = answer.map { String($0.status) } ?? "no answer"
        return [200, 204].contains(answer?.status) && answer?.headers["x-hook-secret"] == secret
    }
}
