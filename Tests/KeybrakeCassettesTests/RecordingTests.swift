import KeybrakeCassettes
import KeybrakeStripe
import Testing

@Suite struct RecordingTests {
    @Test func aRecordingReadsLikeThis() throws {
        let folder = TemporaryFolder()
        let recorder = try CassetteRecorder.open(path: folder.file("a.cassette"), header: .test).recorder
        let uuid = Self.recordedUUID
        let form =
            "amount=1000&currency=usd&expand[]=customer&metadata[order]=\(uuid)&description=%5Bconv:chat-7%5D Tea"
        var charge = Interaction.json(
            try .call("POST /v1/charges", form),
            [
                "id": "ch_1", "amount": 1000, "livemode": false, "fee": .numeral("0.50"),
                "metadata": ["order": .string(uuid)], "description": "[conv:chat-7] Tea",
            ])
        charge.volatile.conversation = "chat-7"
        #expect(try recorder.append(charge) == 1)
        try recorder.append(
            .json(try .call("GET /v1/charges/{charge}", path: "/v1/charges/ch_1"), ["id": "ch_1"]))
        #expect(
            folder.text("a.cassette") == Self.recordingText)
    }
}

extension RecordingTests {
    fileprivate static let recordedUUID = "3f0c9a52-7d7e-4f7b-9b60-0a3c1de8a111"

    fileprivate static let recordingText = """
        {
          "keybrake_cassette": 1,
          "stripe_version": "2026-05-27.dahlia",
          "source": "emulator",
          "volatile": {
            "recorder": "keybrake test",
            "created_at": "2026-11-22T16:40:00.000000Z"
          }
        }
        {
          "request": {
            "operation": "POST /v1/charges",
            "path": "/v1/charges",
            "form": {
              "amount": "1000",
              "currency": "usd",
              "expand": [
                "customer"
              ],
              "metadata": {
                "order": "00000000-0000-4000-8000-000000000001"
              },
              "description": "[conv:conversation-1] Tea"
            }
          },
          "response": {
            "status": 200,
            "headers": {
              "Content-Type": "application/json",
              "Stripe-Version": "2026-05-27.dahlia"
            },
            "json": {
              "id": "ch_1",
              "amount": 1000,
              "livemode": false,
              "fee": 0.50,
              "metadata": {
                "order": "00000000-0000-4000-8000-000000000001"
              },
              "description": "[conv:conversation-1] Tea"
            }
          },
          "decision": "allowed",
          "volatile": {
            "recorded_at": "2026-11-22T16:40:01.250000Z",
            "latency_us": 84211,
            "request_id": "req_ours1",
            "conversation": "chat-7",
            "values": {
              "00000000-0000-4000-8000-000000000001": "\(recordedUUID)",
              "conversation-1": "chat-7"
            },
            "headers": {
              "Date": "Sun, 22 Nov 2026 16:40:01 GMT",
              "Request-Id": "req_stripe1"
            }
          }
        }
        {
          "request": {
            "operation": "GET /v1/charges/{charge}",
            "path": "/v1/charges/ch_1"
          },
          "response": {
            "status": 200,
            "headers": {
              "Content-Type": "application/json",
              "Stripe-Version": "2026-05-27.dahlia"
            },
            "json": {
              "id": "ch_1"
            }
          },
          "decision": "allowed",
          "volatile": {
            "recorded_at": "2026-11-22T16:40:01.250000Z",
            "latency_us": 84211,
            "request_id": "req_ours1",
            "headers": {
              "Date": "Sun, 22 Nov 2026 16:40:01 GMT",
              "Request-Id": "req_stripe1"
            }
          }
        }

        """
}
