#include "post/post.hpp"
