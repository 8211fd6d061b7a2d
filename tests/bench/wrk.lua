-- Sends requests that were signed beforehand, one after another; the file has "timestamp signature body" a line.
local requests, sent = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local timestamp, signature, body = line:match("^(%S+) (%S+) (%S+)$")
    requests[#requests + 1] = wrk.format("POST", args[2], {
      ["Host"] = wrk.headers["Host"],
      ["Content-Type"] = "application/x-www-form-urlencoded",
      ["X-Slack-Request-Timestamp"] = timestamp,
      ["X-Slack-Signature"] = signature,
    }, body)
  end
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("answers=%d microseconds=%d refused=%d broken=%d p99=%d", summary.requests, summary.duration,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(99)))
end
