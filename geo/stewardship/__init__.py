"""What a data steward does with layers: import, check, activate, retire, and see what was done."""
