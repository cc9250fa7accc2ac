-- A request from a file of headers and body; reports as one line of JSON. A status that is not expected is an error.
local file = io.open(os.getenv("WRK_BODY"), "r")
wrk.method = os.getenv("WRK_METHOD")
wrk.body = file:read("*a")
file:close()
for line in io.lines(os.getenv("WRK_HEADERS")) do
    local name, value = line:match("^([^:]+): (.*)$")
    wrk.headers[name] = value
end

local expected, threads = tonumber(os.getenv("WRK_STATUS")), {}

function setup(thread)
    thread:set("unexpected", 0)
    thread:set("expected", expected)
    table.insert(threads, thread)
end

function response(status)
    if status ~= expected then
        unexpected = unexpected + 1
    end
end

function done(summary, latency)
    local unexpected = 0
    for _, thread in ipairs(threads) do
        unexpected = unexpected + thread:get("unexpected")
    end
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "rate": %.1f, "p50_us": %.0f, "p99_us": %.0f, "failed": %d}\n', summary.requests,
        summary.requests / summary.duration * 1e6,
        latency:percentile(50), latency:percentile(99),
        unexpected + errors.connect + errors.read + errors.write + errors.timeout))
end
