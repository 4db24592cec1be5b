package import Foundation

/// Which program makes PDFs of reports, and where those that are made are kept.
package struct PDFSettings: Sendable {
    /// A path, or a name to be looked up; nil makes none.
    package var program: String?
    /// Folders with colons between them.
    package var searchPath = GitRepository.searchPath
    package var folder: URL

    package init(folder: URL) { self.folder = folder }

    /// Where the program is now. It may be installed while the server runs.
    package var found: String? {
        guard let program else { return nil }
        let places =
            program.contains("/") ? [program] : searchPath.split(separator: ":").map { "\($0)/\(program)" }
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
