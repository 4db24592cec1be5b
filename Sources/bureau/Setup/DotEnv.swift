import Foundation

/// Reads a `.env` file: `NAME=value` lines, `#` comments, values taken as they stand but for one pair of quotes. The
/// mark and the line ends that other systems' editors write are understood.
enum DotEnv {
    static let bytesMax = 256 << 10

    /// Returns nothing when there is no such file. Throws when others on this machine may read it: it holds secrets.
    static func read(_ path: String) throws(SetupError) -> [String: String] {
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        guard let mode = SecretFile.mode(path) else {
            throw SetupError("\(path) cannot be looked at", fix: "check the file's owner")
        }
        guard mode & 0o077 == 0 else {
            throw SetupError(
                "\(path) can be read by others on this machine, and it holds secrets", fix: "chmod 600 \(path)")
        }
        guard let data = FileManager.default.contents(atPath: path), data.count <= bytesMax else {
            throw SetupError("\(path) cannot be read", fix: "check that it is a text file of at most 256 KiB")
        }
        return try parse(String(decoding: data, as: UTF8.self), path: path)
    }

    static func parse(_ text: String, path: String) throws(SetupError) -> [String: String] {
        var values: [String: String] = [:]
        let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        // "\r\n" is one character, which "\n" is not.
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (number, raw) in lines.enumerated() {
            let line = raw.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "="), let name = name(line[..<equals]) else {
                throw SetupError("\(path) line \(number + 1) is not NAME=value", fix: "mend or remove that line")
            }
            values[name] = unquoted(line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces))
        }
        return values
    }

    private static func name(_ text: Substring) -> String? {
        let name = text.trimmingCharacters(in: .whitespaces)
        guard let first = name.utf8.first, first < 48 || first > 57, !name.isEmpty else { return nil }
        return name.utf8.allSatisfy {
            $0 == 95 || (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
        } ? name : nil
    }

    private static func unquoted(_ value: String) -> String {
        guard value.count >= 2, let quote = value.first, quote == "\"" || quote == "'", value.last == quote else {
            return value
        }
        return String(value.dropFirst().dropLast())
    }
}

/// Something about the installation that stops a command: what is wrong and what to do.
struct SetupError: Error, CustomStringConvertible {
    let what: String
    let fix: String
    /// 78: configuration error; 69: not reachable.
    var exitCode: Int32 = 78

    init(_ what: String, fix: String, exitCode: Int32 = 78) {
        self.what = what
        self.fix = fix
        self.exitCode = exitCode
    }

    var description: String { "\(what)\n  fix: \(fix)" }
}
