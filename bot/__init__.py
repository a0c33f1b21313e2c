"""The assistant: understanding, rules, dialogs, and the rim around them."""
