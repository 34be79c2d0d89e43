-- A charge as stripe-python sends it, each with an idempotency key of its own. The key comes from KEYBRAKE_VAULT_KEY.
local count = 0
local key = os.getenv("KEYBRAKE_VAULT_KEY") or "sk_test_bench"
local headers = {
    ["Authorization"] = "Bearer " .. key,
    ["Content-Type"] = "application/x-www-form-urlencoded",
}

request = function()
    count = count + 1
    headers["Idempotency-Key"] = "bench-" .. tostring(os.time()) .. "-" .. count
    return wrk.format("POST", "/v1/charges", headers, "amount=1&currency=usd&source=tok_visa")
end
