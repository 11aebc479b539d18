-- Any call: its path, headers and body come from the environment. In the body, `PERSON_1_` becomes one of the people, the
-- same wherever it stands in a request, `PERSON_2_` another one, and so on; `NUMBER` a number that no other request has.
local common = dofile(os.getenv("WRK_COMMON"))
local headers = {}
for line in (os.getenv("CALL_HEADERS") or ""):gmatch("[^\n]+") do
  local name, value = line:match("^([^:]+): (.*)$")
  headers[name] = value
end
common.setup(os.getenv("CALL_PATH"), headers)

local body = os.getenv("CALL_BODY")
local seed = os.getenv("SEED")

function request()
  local people = {}
  local filled = body:gsub("PERSON_(%d+)_", function(which)
    people[which] = people[which] or common.person()
    return people[which]
  end)
  filled = filled:gsub("NUMBER", function() return seed .. "-" .. common.number() end)
  return wrk.format(nil, nil, nil, filled)
end
