import ServiceLifecycle

/// Notes that this process is about to stop: first of all services, so that nobody sends new work while the others end.
package struct StoppingMark: Service {
    let pulse: Pulse

    package init(pulse: Pulse) { self.pulse = pulse }

    package func run() async throws {
        try? await gracefulShutdown()
        pulse.enter(.stopping)
    }
}
