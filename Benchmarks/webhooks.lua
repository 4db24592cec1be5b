-- Signed webhooks for wrk, one after another from a file of "signature<TAB>body" lines; one JSON line at the end.
local requests = {}
local at = 0

function init(args)
    for line in io.lines(args[1]) do
        local signature, body = line:match("^(%x+)\t(.*)$")
        local headers = { ["Content-Type"] = "application/json", ["X-Signature"] = signature }
        requests[#requests + 1] = wrk.format("POST", "/webhook/sentinel", headers, body)
    end
end

function request()
    at = at % #requests + 1
    return requests[at]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"answers":%d,"seconds":%.3f,"p50_ms":%.3f,"p99_ms":%.3f,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
