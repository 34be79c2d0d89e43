"""An AutoGen billing conversation in which every Stripe call goes through Keybrake.

The tool is bound to the conversation's own vault key when it is registered. The model never sees the key, and a refusal
reaches it as the tool's answer, in words that tell it to stop. Needs `autogen`, `openai` and `stripe`.
"""

import uuid

import autogen
import stripe


def charge_tool(vault_key, api_base, conversation_id, agent_name):
    """The function that a model may call: one charge on the key of one conversation."""
    client = stripe.StripeClient(vault_key, base_addresses={"api": api_base})

    def create_stripe_charge(amount_cents: int, customer_id: str, description: str = "") -> str:
        made = client.v1.charges.create(
            {
                "amount": amount_cents,
                "currency": "usd",
                "customer": customer_id,
                "description": f"[conv:{conversation_id}] {description}",
            },
            {"headers": {"X-Agent-Name": agent_name}},
        )
        return f"Charge created: {made.id}, amount: ${made.amount / 100:.2f}"

    return create_stripe_charge


def billing_conversation(task, vault_key, api_base, llm_config, conversation_id=None, replies_max=10):
    """Runs one conversation and returns its id and its messages."""
    conversation_id = conversation_id or str(uuid.uuid4())
    assistant = autogen.AssistantAgent(
        name="billing_assistant",
        system_message="You process billing operations. Use create_stripe_charge for every charge. "
        "When a charge is refused, stop and report what the answer says.",
        llm_config=llm_config,
    )
    user_proxy = autogen.UserProxyAgent(
        name="user_proxy",
        human_input_mode="NEVER",
        max_consecutive_auto_reply=replies_max,
        # An agent that runs code could import stripe with any key it finds.
        code_execution_config=False,
    )
    tool = charge_tool(vault_key, api_base, conversation_id, assistant.name)
    describe = assistant.register_for_llm(description="Create a Stripe charge for a customer")
    user_proxy.register_for_execution()(describe(tool))
    user_proxy.initiate_chat(assistant, message=task)
    return conversation_id, user_proxy.chat_messages[assistant]


def group_chat(task, vault_keys, api_base, llm_config, conversation_id=None, rounds_max=4):
    """A GroupChat in which each role has its own vault key, and its own tool name.

    `vault_keys` maps an agent's name to its key. The tool names must differ: with one shared name AutoGen executes the
    function of whichever agent comes first, on that agent's key.
    """
    conversation_id = conversation_id or str(uuid.uuid4())
    agents = []
    for name, vault_key in vault_keys.items():
        agent = autogen.AssistantAgent(name=name, system_message=name, description=name, llm_config=llm_config)
        tool_name = f"{name}_create_stripe_charge"
        tool = charge_tool(vault_key, api_base, conversation_id, name)
        describe = agent.register_for_llm(name=tool_name, description="Create a Stripe charge for a customer")
        agent.register_for_execution(name=tool_name)(describe(tool))
        agents.append(agent)
    chat = autogen.GroupChat(agents=agents, messages=[], max_round=rounds_max, speaker_selection_method="round_robin")
    manager = autogen.GroupChatManager(groupchat=chat, llm_config=False)
    agents[0].initiate_chat(manager, message=task)
    return conversation_id, chat.messages
