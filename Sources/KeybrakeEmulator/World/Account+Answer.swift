internal import KeybrakeStripe

/// From a call to its answer: time, memory of earlier answers, checks, behaviour, expansion.
extension Account {
    mutating func answer(_ call: EmulatorCall, now: Int64) -> EmulatorAnswer {
        runDue(until: now)
        guard let key = call.idempotencyKey, call.match.operation.remembersKeys else {
            return run(call, now: now).answer
        }
        guard key.count <= IdempotencyTable.keyCharactersMax else {
            let limit = IdempotencyTable.keyCharactersMax
            let error = StripeError.invalid("Idempotency keys can be at most \(limit) characters long.")
            return AnswerWriter.failure(error, call: call, layer: .state)
        }
        let endpoint = IdempotencyTable.Endpoint(verb: call.match.operation.verb, path: call.match.canonicalPath)
        let fingerprint =
            call.upload.map { IdempotencyTable.Fingerprint($0) }
            ?? IdempotencyTable.Fingerprint(call.form, json: call.json)
        switch idempotency.judge(key: key, endpoint: endpoint, fingerprint: fingerprint, store, now: now) {
        case .replay(let entry): return AnswerWriter.replay(entry, call: call)
        case .conflict(let error): return AnswerWriter.failure(error, call: call, layer: .state)
        case .new: break
        }
        let (answer, wasExecuted) = run(call, now: now)
        // The second API tries again what has failed.
        if wasExecuted, answer.status < 400 || !call.match.operation.isVersionTwo {
            idempotency.remember(
                .init(
                    endpoint: endpoint, fingerprint: fingerprint, status: answer.status, body: answer.body,
                    layer: answer.layer, requestID: call.requestID, created: now), key: key, store)
        }
        return answer
    }

    /// Lets happen what is due.
    mutating func runDue(until now: Int64) {
        while let (time, task) = agenda.next(until: now) { perform(task, Cause(now: time)) }
    }

    /// Lets happen what is due in the time of the cause's test clock until then.
    mutating func runDue(until target: Int64, _ cause: Cause) {
        while let (time, task) = agenda.next(until: target) {
            perform(task, Cause(now: time, testClock: cause.testClock, worldNow: cause.worldNow))
        }
    }

    /// Does something in the time of what has that id: its test clock's, or the world's.
    mutating func inTime<Result>(
        of id: String, now: Int64, _ body: (inout Account, Cause) throws(StripeError) -> Result
    ) throws(StripeError) -> Result {
        let clock = TestClocks.isUsed(self) ? TestClocks.clock(of: id, self) : nil
        let time = clock.flatMap { TestClocks.frozenTime($0, self) }
        agenda.clock = clock
        defer { agenda.clock = nil }
        return try body(&self, Cause(now: time ?? now, testClock: clock, worldNow: now))
    }

    private mutating func perform(_ task: Agenda.Task, _ cause: Cause) {
        switch task {
        case .fundsAvailable(let day): BalanceTransactions.release(day: day, &self, cause)
        case .refundSucceeds(let id): Refunds.succeed(id, &self, cause)
        case .refundFails(let id): Refunds.fail(id, &self, cause)
        case .authorizationExpires(let charge): Charges.expire(charge, &self, cause)
        case .disputeOpens(let charge): Disputes.open(charge: charge, &self, cause)
        case .disputeLapses(let id): Disputes.lapse(id, &self, cause)
        case .subscriptionDue(let id, let time): SubscriptionCycle.due(id, at: time, &self, cause)
        case .trialWillEnd(let id, let end): SubscriptionCycle.announceTrialEnd(id, at: end, &self, cause)
        case .invoiceUpcoming(let id, let end):
            SubscriptionBilling.announce(id, renewalAt: end, &self, cause)
        case .invoiceFinalizes(let id, let time): Invoices.finalizeByItself(id, at: time, &self, cause)
        case .invoiceOverdue(let id): SubscriptionBilling.overdue(id, &self, cause)
        case .collectionResumes(let id, let time):
            SubscriptionCycle.resumeCollection(id, at: time, &self, cause)
        case .pendingUpdateExpires(let id, let time): SubscriptionUpdates.expire(id, at: time, &self, cause)
        case .scheduleExpiring(let id, let end): ScheduleProgress.announceEnd(id, at: end, &self, cause)
        case .scheduleDue(let id, let time): SubscriptionSchedules.due(id, at: time, &self, cause)
        case .subscriptionExpires(let id): SubscriptionCycle.expire(id, &self, cause)
        case .invoiceRetries(let id): Dunning.retry(id, &self, cause)
        case .payoutArrives(let id): Payouts.arrive(id, &self, cause)
        case .payoutDay: PayoutSchedule.run(&self, cause)
        case .onboardingEnds: AccountLinks.onboard(&self, cause)
        case .topUpArrives(let id): TopUps.arrive(id, &self, cause)
        case .sessionExpires(let id): CheckoutSessions.lapse(id, &self, cause)
        case .quoteExpires(let id): Quotes.lapse(id, &self, cause)
        case .debitSettles(let charge): DelayedPayments.settle(charge, &self, cause)
        case .issuingRequestTimesOut(let id): IssuingAuthorizations.timeOut(id, &self, cause)
        case .issuingDisputeLapses(let id): IssuingDisputes.lapse(id, &self, cause)
        case .treasuryCreditReversalPosts(let id): TreasuryReceived.post(id, &self, cause)
        case .treasuryDebitReversalCompletes(let id): TreasuryReceived.complete(id, &self, cause)
        case .identityRedacted(let id): IdentitySessions.finishRedaction(id, &self, cause)
        case .reportRuns(let id): ReportRuns.finish(id, &self, cause)
        case .fileLinkExpires(let id): FileLinks.expire(id, &self, cause)
        case .taxRegistrationChanges(let id): TaxRegistrations.review(id, &self, cause)
        case .testClockLapses(let id): TestClocks.lapse(id, &self, cause)
        case .couponLapses(let id): Coupons.lapse(id, &self, cause)
        case .promotionCodeLapses(let id): PromotionCodes.lapse(id, &self, cause)
        case .discountEnds(let id): Discounts.end(id, &self, cause)
        }
    }

    /// Runs a call.
    ///
    /// - Returns: the answer, and whether it got as far as being executed; if not, nothing is to be remembered.
    private mutating func run(_ call: EmulatorCall, now: Int64) -> (answer: EmulatorAnswer, wasExecuted: Bool) {
        let operation = call.match.operation
        let expansion: Expansion
        let form: FormMap
        var file: MultipartForm.File?
        do throws(StripeError) {
            switch operation.bodyEncoding {
            case .json: form = try JSONBody.form(call.json, operation.parameters)
            case .multipart:
                let parts = try call.upload.map { upload throws(StripeError) in try MultipartForm(upload) }
                form = parts?.form ?? call.form
                file = parts?.file
            case .form, .none: form = operation.verb == .post ? ExternalAccounts.spelled(call.form) : call.form
            }
            let check = ParameterCheck(
                allowsOtherVersions: allowsOtherVersions(call),
                notation: operation.bodyEncoding == .json ? .dots : .brackets)
            try PublishableCalls.check(call, self)
            try check.check(form, against: operation.parameters, answer: operation.response)
            expansion = try Expansion(
                form["expand"], of: operation.response, takesEverything: configuration.isLenient,
                allowsOtherVersions: check.allowsOtherVersions)
        } catch {
            return (AnswerWriter.failure(error, call: call, layer: .state), false)
        }
        guard store.count < configuration.objectsMax || operation.verb != .post else {
            let error = StripeError(
                status: 507, kind: .api, message: "The emulated account is full: \(configuration.objectsMax) objects.")
            return (AnswerWriter.failure(error, call: call, layer: .state), false)
        }
        let clock = TestClocks.clock(ofCall: call.match.pathParameters, form, self)
        let cause = Cause(
            now: clock.flatMap { TestClocks.frozenTime($0, self) } ?? now, requestID: call.requestID,
            idempotencyKey: call.idempotencyKey, testClock: clock, worldNow: now)
        agenda.clock = clock
        defer { agenda.clock = nil }
        let request = Call(
            operation: operation, path: call.match.pathParameters, form: form, file: file, cause: cause,
            apiKey: call.apiKey)
        guard let behaviour = Routes.behaviour(of: operation) else {
            return (answerFromShape(request, call, expansion), true)
        }
        do throws(StripeError) {
            let reply = try behaviour(request, &self)
            if configuration.isLenient, reply.isEmptyList, !form.names(["starting_after", "ending_before", "page"]) {
                return (answerFromShape(request, call, expansion), true)
            }
            return (AnswerWriter.success(expansion.apply(to: reply, in: self), call: call, layer: .state), true)
        } catch {
            // A card that declines is no unknown object: a lenient world shows that too.
            if configuration.isLenient, error.kind != .card || error.declineCode == nil {
                return (answerFromShape(request, call, expansion), true)
            }
            return (AnswerWriter.failure(error, call: call, layer: .state), true)
        }
    }

    /// In a lenient world a client of another version may name what the catalogue does not know.
    private func allowsOtherVersions(_ call: EmulatorCall) -> Bool {
        guard configuration.isLenient, let version = call.apiVersion else { return false }
        return version != Catalogue.shared.apiVersion
    }

    private mutating func answerFromShape(_ request: Call, _ call: EmulatorCall, _ expansion: Expansion)
        -> EmulatorAnswer
    {
        guard !configuration.isStrict else {
            let error = StripeError(
                status: 501, kind: .api,
                message: "\(request.operation.name) has no behaviour in the emulator yet, and this world is strict.")
            return AnswerWriter.failure(error, call: call, layer: .schema)
        }
        return AnswerWriter.success(SchemaAnswer.body(request, expansion, &self), call: call, layer: .schema)
    }
}
