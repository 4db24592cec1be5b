import Synchronization

/// Wakes one waiting loop early. A signal that comes while nobody waits is kept, once. It is made for one loop: a
/// second that waits sends the first on its way, so that none is ever left behind.
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
                let free: CheckedContinuation<Void, Never>? = state.withLock { state in
                    switch state {
                    case .raised:
                        state = .quiet
                        return waiter
                    case .waiting(let other):
                        state = .waiting(waiter)
                        return other
                    case .quiet:
                        state = .waiting(waiter)
                        return nil
                    }
                }
                free?.resume()
            }
        } onCancel: {
            // Before the wait has begun this is kept, and ends it at once.
            raise()
        }
    }
}
