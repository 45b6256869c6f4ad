-- For wrk: posts one file again and again, and ends with a line of JSON. Arguments: FILE, CONTENT-TYPE.
function init(arguments)
    local file = assert(io.open(arguments[1], "rb"))
    wrk.method, wrk.body = "POST", file:read("*a")
    file:close()
    wrk.headers["Content-Type"] = arguments[2]
    request_text = wrk.format()
end

function request()
    return request_text
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"seconds":%f,"p50_ms":%f,"p99_ms":%f,"errors":%d}\n', summary.requests,
        summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
