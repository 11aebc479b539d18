-- CrossEngage's track: one event a request.
local common = dofile(os.getenv("WRK_COMMON"))
common.setup("/api/v1/mobile/" .. os.getenv("KEY") .. "/track")

function request()
  return wrk.format(nil, nil, nil, string.format(
    '{"mobileId":"phone-%d","type":"track","event":"Viewed Product","properties":' ..
    '{"sku":"A-%d","price":39.8,"quantity":2,"category":"Shoes","title":"Running shoe, light"}}',
    common.person(), common.number()))
end
