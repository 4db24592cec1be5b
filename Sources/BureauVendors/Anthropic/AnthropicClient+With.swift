extension AnthropicClient {
    /// The same connection with an agent's own beta headers.
    package func with(betaHeaders: [String]) -> AnthropicClient {
        var client = AnthropicClient(
            transport: transport, baseURL: baseURL, key: key, betaHeaders: betaHeaders, now: now)
        client.historyPageBytesMax = historyPageBytesMax
        return client
    }
}
