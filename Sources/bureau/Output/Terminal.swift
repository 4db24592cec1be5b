import Foundation

/// The two streams of a command. The answer goes to standard output, everything else to standard error.
enum Terminal {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    static func say(_ text: String) { put(text + "\n", to: STDOUT_FILENO) }

    /// Bytes of the answer as they are.
    static func put(_ data: Data) { put(data, to: STDOUT_FILENO) }

    /// Everything that is not the answer itself.
    static func note(_ text: String) { put(text + "\n", to: STDERR_FILENO) }

    static func style(isRefused: Bool = false) -> Style {
        Style(
            isTerminal: isTerminal, isRefused: isRefused, environment: ProcessInfo.processInfo.environment)
    }

    /// Columns of the terminal; nil when the output is not one.
    static var width: Int? {
        guard isTerminal else { return nil }
        if let told = ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init), told > 20 { return told }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
        return Int(size.ws_col)
    }

    private static func put(_ text: String, to descriptor: Int32) { put(Data(text.utf8), to: descriptor) }

    /// Written at once and whole: a pipe's reader sees each line when it is said. A reader who has left (`| head`) ends
    /// the command as it ends any other.
    private static func put(_ data: Data, to descriptor: Int32) {
        data.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = write(descriptor, rest.baseAddressOfSlice, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EPIPE {
                    exit(ExitStatus.brokenPipe)
                } else if errno != EINTR && errno != EAGAIN {
                    return
                }
            }
        }
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate var baseAddressOfSlice: UnsafeRawPointer? { UnsafeRawBufferPointer(rebasing: self).baseAddress }
}
