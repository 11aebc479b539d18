"""What makes a profile out of its members: traits, context, stage and activity, each folded by one rule."""
