package import BureauEngine
import Foundation

/// A file of a report as PDF, the same behind the page, the API and the command line. It is made from the bytes that were
/// stored, never from a page of ours.
package struct ReportPrint: Sendable {
    let reports: ArtifactDesk
    let press: PDFPress

    package init(reports: ArtifactDesk, press: PDFPress) { (self.reports, self.press) = (reports, press) }

    /// Whether a PDF can be made of a file of this name.
    package static func isPrintable(_ name: String) -> Bool {
        switch ReportViewer.Kind.of(name) {
        case .html, .markdown: true
        case .svg, .table, .json, .text, .pdf, .picture, nil: false
        }
    }

    /// Nil where there is no Chromium, and for other kinds of files.
    func address(_ report: String, _ name: String) -> String? {
        press.isAvailable && Self.isPrintable(name) ? ReportViewer.address(report, name, "pdf") : nil
    }

    package func pdf(_ name: String, of report: String) async throws -> PDFPress.Sheet {
        let (file, url) = try await reports.file(name, of: report)
        guard Self.isPrintable(file.name) else {
            throw ArtifactDesk.Refused(
                kind: .notFound, description: "there is no PDF of \(file.name): only HTML and Markdown are printed",
                fix: "download the file itself")
        }
        return try await press.pdf(of: try page(file, url))
    }

    private func page(_ file: ArtifactFileRecord, _ url: URL) throws -> Data {
        let isMarkdown = ReportViewer.Kind.of(file.name) == .markdown
        let bytesMax = isMarkdown ? ReportSheet.bytesMax : PDFPress.sourceBytesMax
        guard file.sizeBytes <= bytesMax else {
            throw ArtifactDesk.Refused(
                kind: .tooLarge, description: "\(file.name) is larger than what is printed (\(bytesMax >> 20) MiB)",
                fix: "download the file itself")
        }
        let bytes = try Data(contentsOf: url)
        guard Hex.sha256(bytes) == file.sha256 else {
            throw ArtifactDesk.Refused(
                kind: .damaged, description: "the file \(file.name) is not the one that was stored",
                fix: "bureau db check, then bureau db restore")
        }
        guard isMarkdown else { return bytes }
        return Data(ReportSheet.markdown(String(decoding: bytes, as: UTF8.self), title: file.name).html.utf8)
    }
}
