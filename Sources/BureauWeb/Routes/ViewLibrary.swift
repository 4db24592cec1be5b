import Foundation
import Mustache

/// The views, read once. The build puts their bytes into the program and names each after its file.
struct ViewLibrary: Sendable {
    static let shared = ViewLibrary()
    static let sources: [(name: String, bytes: [UInt8])] = [
        ("page", PackageResources.page_mustache), ("tokens", PackageResources.tokens_mustache),
        ("chip", PackageResources.chip_mustache), ("block", PackageResources.block_mustache),
        ("callout", PackageResources.callout_mustache), ("cards", PackageResources.cards_mustache),
        ("steps", PackageResources.steps_mustache), ("facts", PackageResources.facts_mustache),
        ("items", PackageResources.items_mustache), ("tabs", PackageResources.tabs_mustache),
        ("filters", PackageResources.filters_mustache), ("field", PackageResources.field_mustache),
        ("table", PackageResources.table_mustache), ("approval", PackageResources.approval_mustache),
        ("timeline", PackageResources.timeline_mustache), ("entry", PackageResources.entry_mustache),
        ("disclosure", PackageResources.disclosure_mustache), ("diff", PackageResources.diff_mustache),
        ("form", PackageResources.form_mustache), ("frame", PackageResources.frame_mustache),
        ("sheet", PackageResources.sheet_mustache), ("tree", PackageResources.tree_mustache),
        ("spans", PackageResources.spans_mustache), ("chart", PackageResources.chart_mustache),
        ("row", PackageResources.row_mustache), ("timed", PackageResources.timed_mustache),
    ]

    /// Views that do not parse, which a test expects to be none.
    let broken: [String]
    private let library: MustacheLibrary

    private init() {
        MustacheContentTypes.register(PageText(), named: PageText.name)
        var (library, broken) = (MustacheLibrary(), [String]())
        for (name, bytes) in Self.sources {
            // A line end of a file is not part of what is placed inside a line.
            let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
            do { try library.register(PageText.pragma + text, named: name) } catch {
                broken.append("\(name): \(error)")
            }
        }
        self.library = library
        self.broken = broken
    }

    func render(_ value: Any, _ name: String) -> String {
        library.render(ViewTree.plain(value) ?? value, withTemplate: name) ?? ""
    }
}
