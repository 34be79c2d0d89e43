"""An OpenAI-compatible endpoint on loopback that says what a test wrote down."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ScriptedModel:
    """Answers chat completions with the given tool calls, one each, and then with the word that ends the talk."""

    def __init__(self, tool, calls):
        self.requests = []
        self._pending = [self._tool_call(tool, arguments) for arguments in calls]
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                length = int(self.headers.get("Content-Length") or 0)
                answer = json.dumps(model.answer(json.loads(self.rfile.read(length)))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def llm_config(self):
        """What an AutoGen agent needs to talk to this model."""
        entry = {"model": "gpt-4o", "api_key": "offline", "base_url": f"http://127.0.0.1:{self._server.server_port}/v1"}
        return {"config_list": [entry], "cache_seed": None}

    def answer(self, request):
        self.requests.append(request)
        calls = [self._pending.pop(0)] if self._pending else None
        message = {"role": "assistant", "content": None if calls else "TERMINATE"}
        if calls:
            message["tool_calls"] = calls
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop", "logprobs": None}
        return {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-4o",
            "choices": [choice],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    @staticmethod
    def _tool_call(tool, arguments):
        function = {"name": tool, "arguments": json.dumps(arguments)}
        return {"id": f"call_{uuid.uuid4().hex[:20]}", "type": "function", "function": function}
