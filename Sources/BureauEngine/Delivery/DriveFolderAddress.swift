import Foundation

/// The ways in which people name a folder of Google Drive.
enum DriveFolderAddress {
    /// Of `…/drive/folders/ID`, with or without `/u/0` and a query, of `…/open?id=ID`, or the id itself. Nil for anything
    /// else: files are put into what is named here.
    static func id(_ text: String) -> String? {
        guard text.contains("/") || text.contains("?") else { return checked(text[...]) }
        guard let address = URLComponents(string: text) else { return nil }
        let segments = address.path.split(separator: "/")
        if let at = segments.lastIndex(of: "folders") {
            return segments.indices.contains(at + 1) ? checked(segments[at + 1]) : nil
        }
        return address.queryItems?.first { $0.name == "id" }?.value.flatMap { checked($0[...]) }
    }

    private static func checked(_ id: Substring) -> String? {
        let isOne =
            !id.isEmpty
            && id.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D || $0 == 0x5F
            }
        return isOne ? String(id) : nil
    }
}
