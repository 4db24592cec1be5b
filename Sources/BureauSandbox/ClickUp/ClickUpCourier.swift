import Foundation
import NIOCore

/// Carries events to the webhooks' endpoints the way ClickUp does: signed, 7 seconds to answer, five attempts, then
/// lost for good. Attempts follow each other much faster than the vendor's, so that a test need not wait.
struct ClickUpCourier: Sendable {
    static let attemptsMax = 5, answerSecondsMax: Int64 = 7
    /// How long a delivery is held back so that the next one overtakes it.
    static let reorderMilliseconds = 400

    let frame: SandboxFrame
    /// Pause before the second attempt; doubles each time.
    var pauseMilliseconds = 250

    /// Sends the events of one change in the background, the first attempts in order.
    func send(_ deliveries: [ClickUpDelivery], for standIn: ClickUpStandIn) {
        guard !deliveries.isEmpty else { return }
        frame.background.start {
            await withDiscardingTaskGroup { group in
                for delivery in deliveries {
                    switch await attempt(delivery, number: 1, for: standIn) {
                    case .settled: break
                    case .again(let number, let milliseconds):
                        group.addTask { await pursue(delivery, number, after: milliseconds, for: standIn) }
                    }
                }
            }
        }
    }

    /// What follows an attempt: nothing, or the attempt of this number after a pause.
    private enum Step { case settled, again(number: Int, milliseconds: Int) }

    /// The attempts after the first, and the first of a delivery that was held back.
    private func pursue(
        _ delivery: ClickUpDelivery, _ number: Int, after milliseconds: Int, for standIn: ClickUpStandIn
    ) async {
        var (number, pause) = (number, milliseconds)
        while number <= Self.attemptsMax {
            do { try await frame.options.sleep(.milliseconds(pause)) } catch { return }
            guard case .again(let next, let wait) = await attempt(delivery, number: number, for: standIn) else {
                return
            }
            (number, pause) = (next, wait)
        }
        standIn.settle(delivery.webhookID, .lost)
    }

    private func attempt(
        _ delivery: ClickUpDelivery, number: Int, for standIn: ClickUpStandIn
    ) async -> Step {
        guard let hook = standIn.deliverable(delivery.webhookID) else { return .settled }
        let subject = "\(delivery.event) \(delivery.taskID) attempt \(number)"
        let rule = frame.faults.strike(vendor: "clickup", operation: "webhook.deliver", subject: subject)
        let entry = frame.log.open(
            "clickup", "webhook.deliver", method: "POST", path: hook.endpoint, subject: subject)
        let again = Step.again(number: number + 1, milliseconds: pauseMilliseconds << (number - 1))
        var outcome = "", times = 1, isTrusted = true
        defer { frame.log.close(entry, outcome: rule.map { "\(outcome) \($0.action.text)" } ?? outcome) }
        switch rule?.action {
        case .drop:
            outcome = "lost"
            return .settled
        case .suspend:
            outcome = "suspended"
            standIn.settle(delivery.webhookID, .refused)
            return .settled
        case .reorder:
            outcome = "held"
            return .again(number: number, milliseconds: Self.reorderMilliseconds)
        case .duplicate: times = 2
        case .delay(let milliseconds): try? await frame.options.sleep(.milliseconds(milliseconds))
        case .status, .html, .garbage, .limited, .silence:
            outcome = "not sent"
            return again
        case .kill: ProcessKiller.killNow(rule?.pid)
        case .statusAfter, .dropAfter, .half, .killAfter: isTrusted = false
        case .killAnswered, nil: break
        }
        var answer: Outbound.Answer?
        for _ in 0..<times { answer = await post(delivery, to: hook) }
        if [.killAfter, .killAnswered].contains(rule?.action) { ProcessKiller.killNow(rule?.pid) }
        outcome = answer.map { String($0.status) } ?? "no answer"
        return isTrusted ? settle(answer, delivery, for: standIn, otherwise: again) : again
    }

    private func settle(
        _ answer: Outbound.Answer?, _ delivery: ClickUpDelivery, for standIn: ClickUpStandIn, otherwise again: Step
    ) -> Step {
        guard let answer else { return again }
        if answer.isAccepted {
            standIn.settle(delivery.webhookID, .accepted)
            return .settled
        }
        // "Unauthorized" and "gone" end the subscription at once, and nobody is told.
        if [401, 410].contains(answer.status) {
            standIn.settle(delivery.webhookID, .refused)
            return .settled
        }
        return again
    }

    private func post(
        _ delivery: ClickUpDelivery, to hook: (endpoint: String, secret: String)
    ) async -> Outbound.Answer? {
        let headers = [
            ("Content-Type", "application/json"), ("X-Signature", hexHMAC(delivery.body, secret: hook.secret)),
        ]
        return await frame.options.post(hook.endpoint, headers, delivery.body, Self.answerSecondsMax)
    }
}
