extension AnthropicClient {
    /// The same connection with an agent's own beta headers.
    package func with(betaHeaders: [String]) -> AnthropicClient {
        AnthropicClient(transport: transport, baseURL: baseURL, key: key, betaHeaders: betaHeaders, now: now)
    }
}
