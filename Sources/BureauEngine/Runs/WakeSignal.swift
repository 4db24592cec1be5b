import Synchronization

/// Wakes one waiting loop early. A signal that comes while nobody waits is kept, once.
package final class WakeSignal: Sendable {
    private enum State {
        case quiet
        case raised
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.quiet)
    private let doors: Doors

    package init(doors: Doors) { self.doors = doors }

    package func raise() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            if case .waiting(let waiter) = state {
                state = .quiet
                return waiter
            }
            state = .raised
            return nil
        }
        waiter?.resume()
    }

    /// Returns at the next signal, after the time, or when the task is cancelled.
    package func wait(milliseconds: Int) async {
        // The timer only raises the signal, so a late one causes nothing but one early look.
        let timer = Task { [doors] in
            try await doors.sleep(.milliseconds(milliseconds))
            raise()
        }
        defer { timer.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let mayGo = state.withLock { state in
                    if case .raised = state {
                        state = .quiet
                        return true
                    }
                    state = .waiting(waiter)
                    return false
                }
                if mayGo || Task.isCancelled { raiseIfWaiting(waiter, wasStored: !mayGo) }
            }
        } onCancel: {
            raise()
        }
    }

    private func raiseIfWaiting(_ waiter: CheckedContinuation<Void, Never>, wasStored: Bool) {
        guard wasStored else { return waiter.resume() }
        raise()
    }
}
