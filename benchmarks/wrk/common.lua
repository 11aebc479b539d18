-- What all of our wrk scripts share: who the people are, a pause for a fixed rate, and figures as one line of JSON.
local M = {}

M.people = tonumber(os.getenv("PEOPLE") or "10000")
M.pause = tonumber(os.getenv("PAUSE_MS") or "0")
M.counter = 0

function M.person() return math.random(M.people) end

function M.number()
  M.counter = M.counter + 1
  return M.counter
end

function M.setup(path, headers)
  wrk.method = "POST"
  wrk.path = path
  wrk.headers["Content-Type"] = "application/json"
  for name, value in pairs(headers or {}) do wrk.headers[name] = value end
  math.randomseed(tonumber(os.getenv("SEED") or "1"))
  if M.pause > 0 then
    -- Spread around the mean, so that the connections do not march in step.
    delay = function() return math.random() * 2 * M.pause end
  end
  done = function(summary, latency)
    local errors = summary.errors
    print(string.format(
      'FIGURES {"requests":%d,"seconds":%f,"refused":%d,"broken":%d,"p50_ms":%f,"p99_ms":%f,"p999_ms":%f}',
      summary.requests, summary.duration / 1e6, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3))
  end
end

return M
