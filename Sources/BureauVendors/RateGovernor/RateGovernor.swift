import Foundation
import Synchronization

/// Whose work a request is, for fairness among them. Set it around the work; every request inside carries it.
package enum CallLabel {
    @TaskLocal package static var current = "-"
}

/// Stands before a transport and keeps one vendor's limits for one credential: waits before sending when the budget
/// is used up, serves labels in turn, and leaves a destination alone that keeps failing. It repeats nothing; what it
/// turns away was surely not carried out.
package final class RateGovernor: Transport {
    private struct Waiting: Sendable {
        let lane: String
        let continuation: CheckedContinuation<RateState.Verdict?, Never>
    }
    private struct State: Sendable {
        var rates = RateState()
        var pulse = VendorPulse()
        var waiting: [UInt64: Waiting] = [:]
        var lastID: UInt64 = 0
        /// Lanes somebody watches the clock for.
        var watched: Set<String> = []
    }

    package let vendor: Vendor
    private let next: any Transport
    private let now: @Sendable () -> Int64
    private let sleep: @Sendable (Duration) async throws -> Void
    private let state = Mutex(State())

    /// `now` is in Unix milliseconds. By itself it counts on from the time at the start: a clock that is set meanwhile
    /// neither holds calls back for a day nor lets them go.
    package init(
        vendor: Vendor, before next: any Transport,
        now: @escaping @Sendable () -> Int64 = RateGovernor.steadyClock(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.vendor = vendor
        self.next = next
        self.now = now
        self.sleep = sleep
    }

    package static func steadyClock() -> @Sendable () -> Int64 {
        let (unix, start) = (Int64(Date().timeIntervalSince1970 * 1_000), ContinuousClock.now)
        return {
            let passed = start.duration(to: .now).components
            return unix + passed.seconds * 1_000 + passed.attoseconds / 1_000_000_000_000_000
        }
    }

    package var figures: RateFigures { state.withLock { $0.rates.figures } }

    package var pulse: VendorPulse {
        let moment = now()
        return state.withLock { state in
            var pulse = state.pulse
            pulse.leftAloneUntil = state.rates.leftAloneUntil(now: moment)
            return pulse
        }
    }

    package func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        let pass = try await admit(request), sentAt = now()
        do {
            // Its turn may have come too late.
            try request.checkTime()
            let answer = try await next.send(request)
            heard(answer.status, sentAt: sentAt)
            settle(
                pass, sentAt,
                .answered(
                    reading(request, answer.status, answer.headers, answer.body), isServerError: answer.status >= 500))
            return answer
        } catch {
            heard(error, of: request)
            settle(pass, sentAt, Self.outcome(of: error, request))
            throw error
        }
    }

    package func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
        let pass = try await admit(request), sentAt = now()
        do {
            try request.checkTime()
            let stream = try await next.open(request)
            heard(stream.status, sentAt: sentAt)
            settle(
                pass, sentAt,
                .answered(reading(request, stream.status, stream.headers, []), isServerError: stream.status >= 500))
            return stream
        } catch {
            heard(error, of: request)
            settle(pass, sentAt, Self.outcome(of: error, request))
            throw error
        }
    }

    private func heard(_ status: Int, sentAt: Int64) {
        let moment = now()
        state.withLock { $0.pulse.answered(status, sentAt: sentAt, now: moment) }
    }

    /// What was refused has been answered as well, only not as a response.
    private func heard(_ error: VendorError, of request: VendorRequest) {
        let moment = now()
        guard Self.outcome(of: error, request) == .failed else { return }
        state.withLock { $0.pulse.failed(now: moment) }
    }

    private struct Pass { let lane: String, destination: String }

    private func admit(_ request: VendorRequest) async throws(VendorError) -> Pass {
        let pass = Pass(lane: RateReading.lane(of: request), destination: Self.destination(of: request))
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let verdict = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in ask(id, request.label, pass, continuation) }
        } onCancel: {
            cancel(id, pass.lane)
        }
        switch verdict {
        case .go: return pass
        case .refuse(.budget(let milliseconds)):
            throw request.failure(
                .limited(retryAfterMilliseconds: milliseconds), "held back here: the budget is used up")
        case .refuse(.circuitOpen(let milliseconds)):
            throw request.failure(
                .unreachable, "not sent: it has failed too often, asked again in \((milliseconds + 999) / 1_000) s")
        case .wait, nil: throw request.failure(.unreachable, "cancelled before it was sent")
        }
    }

    private func ask(
        _ id: UInt64, _ label: String, _ pass: Pass, _ continuation: CheckedContinuation<RateState.Verdict?, Never>
    ) {
        let moment = now()
        let verdict: RateState.Verdict? = state.withLock { state in
            // A cancellation that came first found nothing to cancel.
            if Task.isCancelled { return nil }
            let waiter = RateState.Waiter(id: id, destination: pass.destination, since: moment)
            let verdict = state.rates.enter(waiter, label: label, lane: pass.lane, now: moment)
            if verdict == .wait { state.waiting[id] = Waiting(lane: pass.lane, continuation: continuation) }
            return verdict
        }
        guard verdict == .wait else { return continuation.resume(returning: verdict) }
        watch(pass.lane)
    }

    private func cancel(_ id: UInt64, _ lane: String) {
        let waiting: Waiting? = state.withLock { state in
            guard state.rates.cancel(id, lane: lane) else { return nil }
            return state.waiting.removeValue(forKey: id)
        }
        waiting?.continuation.resume(returning: nil)
    }

    private func settle(_ pass: Pass, _ sentAt: Int64, _ outcome: RateState.Outcome) {
        let moment = now()
        state.withLock {
            $0.rates.returned(
                outcome, lane: pass.lane, destination: pass.destination, sentAt: sentAt, now: moment)
        }
        release(pass.lane)
    }

    private func release(_ lane: String) {
        let moment = now()
        let told = state.withLock { state in
            state.rates.release(lane: lane, now: moment).compactMap { entry in
                state.waiting.removeValue(forKey: entry.id).map { ($0.continuation, entry.verdict) }
            }
        }
        for (continuation, verdict) in told { continuation.resume(returning: verdict) }
    }

    /// One task a lane sleeps until somebody's turn may have come, while anybody waits there. It belongs to no single
    /// caller, because any of them may be cancelled while the others go on waiting.
    private func watch(_ lane: String) {
        guard state.withLock({ $0.watched.insert(lane).inserted }) else { return }
        Task { [self] in
            while let milliseconds = untilNextLook(lane) {
                do { try await sleep(.milliseconds(milliseconds)) } catch { continue }
                release(lane)
            }
        }
    }

    /// Nil ends the watching, in the same breath in which it is found that nobody waits.
    private func untilNextLook(_ lane: String) -> Int64? {
        let moment = now()
        return state.withLock { state in
            guard let look = state.rates.nextLook(lane: lane, now: moment) else {
                state.watched.remove(lane)
                return nil
            }
            return look - moment
        }
    }

    private func reading(_ request: VendorRequest, _ status: Int, _ headers: VendorHeaders, _ body: [UInt8])
        -> RateReading
    {
        RateReading.of(request, status: status, headers: headers, body: body, now: now())
    }

    private static func outcome(of error: VendorError, _ request: VendorRequest) -> RateState.Outcome {
        switch error.kind {
        // A caller that stopped waiting, or came too late, says nothing about the vendor.
        case .noAnswer, .unreachable: Task.isCancelled || request.sendLimit?.isPast == true ? .unknown : .failed
        case .unavailable: .failed
        case .rejected, .credential, .limited, .unreadable: .unknown
        }
    }

    /// A model that fails again and again says nothing of the sessions at the same address.
    private static func destination(of request: VendorRequest) -> String {
        let address = destination(request.url)
        return request.operation == AnthropicClient.messagesOperation ? address + " messages" : address
    }

    /// Scheme, host and port of an address.
    static func destination(_ url: String) -> String {
        guard let scheme = url.range(of: "://") else { return url }
        return String(url[..<(url[scheme.upperBound...].firstIndex { "/?#".contains($0) } ?? url.endIndex)])
    }
}
