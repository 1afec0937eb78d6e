"""A folder on a stick from which ftwidgets is installed without a network: wheels, model, notebooks, an installer."""
