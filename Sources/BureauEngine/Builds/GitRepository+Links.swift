import BureauDomain

extension GitRepository {
    /// Of the list of a whole tree: more than half a million files.
    static let treeBytesMax = 64 << 20
    static let linksMax = 20_000

    /// What a range of commits does to links and to repositories within the repository.
    func linkChange(from start: String, to head: String) async throws -> TreeLinkRule.Change {
        let raw = try await run(["diff-tree", "-r", "-z", "--no-renames", "--raw", "--full-index", start, head])
        let parts = raw.split(separator: "\0", omittingEmptySubsequences: true)
        var change = TreeLinkRule.Change(), touchesLinks = false
        for (facts, path) in zip(parts, parts.dropFirst()) where facts.hasPrefix(":") {
            let modes = facts.dropFirst().split(separator: " ").prefix(2)
            if modes.last == "160000" { change.repositories.append(String(path)) }
            touchesLinks = touchesLinks || modes.contains("120000")
        }
        // Where no link came, changed or went, each leads where it led.
        guard touchesLinks else { return change }
        change.before = try await links(of: start)
        change.after = try await links(of: head)
        return change
    }

    /// Targets by path.
    private func links(of commit: String) async throws -> [String: String] {
        let list = try await run(["ls-tree", "-r", "-z", "--full-tree", commit], outputBytesMax: Self.treeBytesMax)
        var blobs: [String: String] = [:]
        for entry in list.utf8.split(separator: 0) where entry.starts(with: "120000 ".utf8) {
            // "120000 blob <id>\t<path>"
            guard let tab = entry.firstIndex(of: UInt8(ascii: "\t")), let id = entry[..<tab].split(separator: 32).last
            else { continue }
            let name = String(Substring(entry[entry.index(after: tab)...]))
            // Bytes that are no text have all been made this one: two names would be one.
            guard !name.contains("\u{FFFD}") else {
                throw Failure(description: "\(path) holds a link whose name is not UTF-8: \(name)")
            }
            blobs[name] = String(Substring(id))
        }
        guard blobs.count <= Self.linksMax else {
            throw Failure(description: "\(path) holds more than \(Self.linksMax) links")
        }
        let targets = try await texts(of: Set(blobs.values))
        // The kernel reads a target up to its first NUL.
        return blobs.mapValues { id in targets[id].map { String($0.prefix { $0 != "\0" }) } ?? "" }
    }

    /// The contents of small blobs by their ids.
    private func texts(of blobs: Set<String>) async throws -> [String: String] {
        let answer = try await ask(["cat-file", "--batch"], input: blobs.map { $0 + "\n" }.joined())
        guard answer.code == 0 else {
            throw Failure(description: "git cat-file in \(path): \(answer.errors.prefix(300))")
        }
        var texts: [String: String] = [:], rest = answer.bytes[...]
        // "<id> blob <size>\n<content>\n"
        while let end = rest.firstIndex(of: 10) {
            let head = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
            guard head.count == 3, let size = Int(head[2]),
                let after = rest.index(end, offsetBy: size + 2, limitedBy: rest.endIndex)
            else { throw Failure(description: "git cat-file in \(path) gave an answer nobody expected") }
            texts[String(head[0])] = String(decoding: rest[(end + 1)..<(after - 1)], as: UTF8.self)
            rest = rest[after...]
        }
        return texts
    }
}
