-- WebEngage's bulk-events: 25 events a request.
local common = dofile(os.getenv("WRK_COMMON"))
common.setup("/v1/accounts/" .. os.getenv("LICENSE") .. "/bulk-events", {
  Authorization = "Bearer " .. os.getenv("SECRET"),
})

function request()
  local events = {}
  for i = 1, 25 do
    events[i] = string.format(
      '{"userId":"user-%d","eventName":"Added to Cart","eventData":' ..
      '{"Product ID":%d,"Price":39.8,"Quantity":1,"Product":"Cologne","Currency":"EUR"}}',
      common.person(), common.number())
  end
  return wrk.format(nil, nil, nil, '{"events":[' .. table.concat(events, ",") .. ']}')
end
