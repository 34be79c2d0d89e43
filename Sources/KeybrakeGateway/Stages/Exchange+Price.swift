internal import KeybrakeLedger
internal import KeybrakeStripe
internal import NIOCore
internal import NIOHTTP1

extension Exchange {
    /// Prices a write, reading the object first when the request alone does not tell, and goes on to the hold.
    func priceThenHold(_ match: OperationMatch) {
        let keyID = key?.id ?? ""
        price = gateway.pricer.price(match, form: form) { objectID in
            gateway.ledger.openHold(objectID: objectID, keyID: keyID).map {
                HeldMoney(money: $0.money, isOwn: $0.keyID == keyID)
            }
        }
        let wanted: PreRead? =
            if case .preRead(let read) = price { read } else if needsCustomerOfObject {
                PreRead(ofObjectIn: match, form: form)
            } else { nil }
        guard let wanted else {
            guard !needsCustomerOfObject else { return refuse(.customerNotTold) }
            return judgedThenHold()
        }
        guard gateway.ledger.isHealthy else { return refuse(.failClosed) }
        preRead(wanted) { [self] facts in
            do throws(Refusal) {
                try take(try facts.get(), match)
            } catch {
                return refuse(error)
            }
            judgedThenHold()
        }
    }

    private func judgedThenHold() {
        do throws(Refusal) {
            switch price {
            case .malformed(let error): throw Refusal(error)
            case .notPriceable(let reason): throw .notPriceable(match?.operation.name ?? "", reason: reason)
            default: try judgeAmount()
            }
        } catch {
            return refuse(error)
        }
        hold()
    }

    private func take(_ facts: PreReadFacts, _ match: OperationMatch) throws(Refusal) {
        switch CustomerScope.judge(objectCustomer: facts.customer, allowed: policy?.customers ?? []) {
        case .notAllowed: throw .customerNotAllowed
        case .notTold: throw .customerNotTold
        case .allowed, .afterRead: break
        }
        customer = customer ?? facts.customer
        guard case .preRead = price else { return }
        if let lost = lostPin(), form["amount"] == nil { pin(lost) }
        price = gateway.pricer.price(match, form: form, facts: facts)
        if let amount = gateway.pricer.amountToPin(price, form: form, facts: facts) { pin(amount) }
    }

    private func pin(_ amount: Int64) {
        form["amount"] = .text(String(amount))
        pinnedAmount = amount
    }

    /// The amount that an earlier attempt under the same idempotency key was sent with.
    private func lostPin() -> Int64? {
        guard let key, let idempotencyKey else { return nil }
        return gateway.pins.amount(keyID: key.id, idempotencyKey: idempotencyKey)
    }

    /// Reads an object on the proxy's own account, through the same mode as the call itself.
    private func preRead(_ read: PreRead, then: @escaping (Result<PreReadFacts, Refusal>) -> Void) {
        guard let match = gateway.catalogue.operation(verb: .get, path: read.path) else {
            return then(.failure(.notPriceable(self.match?.operation.name ?? "", reason: "its object cannot be read")))
        }
        preReadOperation = match.operation.name
        var call = dispatchedCall(match, form: FormMap())
        if !read.expand.isEmpty { call.form["expand"] = .list(read.expand.map { .text($0) }) }
        call.path = read.path
        // The facts are read as this version states them, whatever version the client speaks.
        call.apiVersion = gateway.catalogue.apiVersion
        call.faultHeader = nil
        call.json = nil
        call.upload = nil
        call.clientIdempotencyKey = nil
        call.upstreamIdempotencyKey = nil
        dispatcher.dispatch(call, on: eventLoop) { [self] dispatch in
            then(facts(dispatch))
        }
    }

    private func facts(_ dispatch: Dispatch) -> Result<PreReadFacts, Refusal> {
        switch dispatch {
        case .refused(let refusal): return .failure(refusal)
        case .failed: return .failure(.upstreamUnreachable)
        case .answered(let answer):
            if answer.source == .upstream, answer.status == 401 || answer.status == 403 {
                reportRefusedKey(answer.status)
                return .failure(.upstreamAuth)
            }
            if answer.status == 429 || answer.status >= 500 { return .failure(.upstreamUnreachable) }
            guard answer.status == 200, let json = try? JSONParser.parse(answer.body.readableBytesView) else {
                return .failure(.objectNotRead(status: answer.status))
            }
            guard let facts = PreReadFacts(json) else {
                return .failure(.notPriceable(match?.operation.name ?? "", reason: "its object states no amount"))
            }
            return .success(facts)
        }
    }
}

extension PreRead {
    /// The read that tells the customer of the object in a request's path.
    fileprivate init?(ofObjectIn match: OperationMatch, form: FormMap) {
        guard let id = match.pathParameters.first?.value, ObjectID.isPlain(id) else { return nil }
        let template = match.operation.pathTemplate.utf8
        if template.starts(with: "/v1/payment_intents/".utf8) {
            self = .paymentIntent(id)
        } else if template.starts(with: "/v1/charges/".utf8) {
            self = .charge(id)
        } else {
            return nil
        }
    }
}

extension Refusal {
    fileprivate static func objectNotRead(status: Int) -> Refusal {
        status == 404
            ? Refusal(
                404, "resource_missing",
                "The object that the request names was not found, so its amount cannot be judged. Nothing was changed.")
            : Refusal(
                502, "not_priceable",
                "The object that the request names could not be read (status \(status)), so its amount is not known.",
                kind: .api)
    }

    /// Stripe's own error, given before Stripe had to.
    fileprivate init(_ error: StripeError) {
        self.init(error.status, error.code ?? "malformed_request", error.message, kind: error.kind, param: error.param)
    }
}
