extension AgentConfig.Delivery.GoogleDrive {
    /// The name one output gets in Drive: the rendered template with the output's own extension, safe and not `taken`.
    /// Two outputs of one kind are kept apart by "-2".
    package func fileName(for output: String, values: [String: String], taken: Set<String>) -> String {
        let safe = SafeFileName.make(output)
        let dot = safe.lastIndex(of: ".").map { safe[$0...] } ?? ""
        return SafeFileName.make(fileName.render(values.mapValues(SafeName.pathSegment)) + dot, taken: taken)
    }
}
